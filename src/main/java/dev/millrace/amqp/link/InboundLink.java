package dev.millrace.amqp.link;

import dev.millrace.amqp.connection.AmqpConnection;
import dev.millrace.amqp.connection.LinkEnd;
import dev.millrace.amqp.connection.Refusal;
import dev.millrace.amqp.wire.BatchReader;
import dev.millrace.amqp.wire.Conditions;
import dev.millrace.amqp.wire.MessageReader;
import dev.millrace.amqp.wire.Unreadable;
import dev.millrace.broker.Destination;
import dev.millrace.broker.Message;
import java.util.List;
import java.util.Map;
import org.apache.qpid.protonj2.engine.IncomingDelivery;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/** A client sends here. A transfer is accepted when all its messages are on the disk. */
public final class InboundLink implements LinkEnd {
  private static final int CREDIT = 500;
  private static final int MOST_BYTES_UNDER_WAY = 16 << 20;

  /** A batch may be a little larger than its messages. */
  private static final int ENVELOPE = 64 * 1024;

  private final AmqpConnection connection;
  private final Receiver link;
  private final Destination destination;
  private final int largest;
  private int underWay;
  private long bytesUnderWay;
  private boolean gone;

  private InboundLink(
      AmqpConnection connection, Receiver link, Destination destination, int largest) {
    this.connection = connection;
    this.link = link;
    this.destination = destination;
    this.largest = largest;
  }

  /** Answers the attach and takes messages from then on, up to that many bytes each. */
  public static void open(
      AmqpConnection connection, Receiver link, Destination destination, int largest) {
    var end = new InboundLink(connection, link, destination, largest);
    link.setSource(link.getRemoteSource())
        .setTarget(link.<Target>getRemoteTarget())
        .setSenderSettleMode(link.getRemoteSenderSettleMode())
        .setReceiverSettleMode(link.getRemoteReceiverSettleMode())
        .setMaxMessageSize(UnsignedLong.valueOf(largest))
        .setProperties(Map.of());
    link.deliveryReadHandler(connection.guarded(link, end::read));
    connection.register(link, end);
    link.open();
    link.addCredit(CREDIT);
  }

  @Override
  public void gone() {
    gone = true;
  }

  private void read(IncomingDelivery delivery) {
    if (delivery.isAborted()) {
      delivery.settle();
    } else if (delivery.available() > largest + ENVELOPE) {
      new Refusal(
              Conditions.TOO_LARGE,
              "The message is larger than the largest that is taken, %d bytes.".formatted(largest))
          .close(link);
    } else if (!delivery.isPartial()) {
      publish(delivery, Payload.of(delivery));
    }
  }

  private void publish(IncomingDelivery delivery, byte[] transfer) {
    List<Message> messages;
    try {
      messages = messages(delivery.getMessageFormat(), transfer);
    } catch (Unreadable e) {
      answer(delivery, e);
      return;
    }
    underWay++;
    bytesUnderWay += transfer.length;
    destination
        .publish(messages)
        .whenComplete(
            (numbers, failure) ->
                connection.run(
                    () -> {
                      underWay--;
                      bytesUnderWay -= transfer.length;
                      answer(delivery, failure);
                    }));
  }

  private List<Message> messages(int format, byte[] transfer) {
    boolean withProperties = destination.readsProperties();
    return format == BatchReader.FORMAT
        ? BatchReader.messages(transfer).stream()
            .map(message -> MessageReader.read(message, withProperties))
            .toList()
        : List.of(MessageReader.read(transfer, withProperties));
  }

  /** The commit may outlive the link. */
  private void answer(IncomingDelivery delivery, @Nullable Throwable failure) {
    if (gone) {
      return;
    }
    if (!delivery.isSettled()) {
      delivery.disposition(outcome(failure), true);
    }
    topUp();
  }

  private void topUp() {
    int granted = link.getCredit() + underWay;
    if (granted <= CREDIT / 2 && bytesUnderWay < MOST_BYTES_UNDER_WAY) {
      link.addCredit(CREDIT - granted);
    }
  }

  private static DeliveryState outcome(@Nullable Throwable failure) {
    return failure == null ? Accepted.getInstance() : new Rejected(Refusal.of(failure).error());
  }
}
