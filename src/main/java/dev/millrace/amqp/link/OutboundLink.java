package dev.millrace.amqp.link;

import dev.millrace.amqp.connection.AmqpConnection;
import dev.millrace.amqp.connection.LinkEnd;
import dev.millrace.amqp.connection.Refusal;
import dev.millrace.amqp.wire.Conditions;
import dev.millrace.amqp.wire.DeliveryEncoder;
import dev.millrace.amqp.wire.LockToken;
import dev.millrace.broker.Delivery;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Receiver;
import dev.millrace.broker.Refused;
import dev.millrace.broker.SessionReceiver;
import dev.millrace.broker.Settlement;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.impl.ProtonByteArrayBufferAllocator;
import org.apache.qpid.protonj2.engine.OutgoingDelivery;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/**
 * A client receives from here, as much as it has granted credit for. All that makes something
 * possible (credit, news from the queue, room in a window) ends in {@link #pump}.
 */
final class OutboundLink implements LinkEnd {
  /** After so many, others on this thread have their turn; a client's buffer is not that deep. */
  private static final int TURN = 100;

  private final AmqpConnection connection;
  private final Sender link;
  private final Queue queue;
  private final Receiver receiver;
  private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();

  /** Whether somebody has asked for the pump since it last began. */
  private final AtomicBoolean pumpDue = new AtomicBoolean();

  private @Nullable ProtonBuffer rest;
  private boolean taking;

  /** Whether the queue had news while messages were being taken; it tells them only once. */
  private boolean newsMissed;

  private boolean gone;

  OutboundLink(AmqpConnection connection, Sender link, Queue queue, Receiver receiver) {
    this.connection = connection;
    this.link = link;
    this.queue = queue;
    this.receiver = receiver;
  }

  /** To be called before the attach is answered. */
  void listen() {
    link.creditStateUpdateHandler(connection.guarded(link, changed -> connection.roomAgain()));
    link.deliveryStateUpdatedHandler(connection.guarded(link, this::settle));
    connection.register(link, this);
  }

  @Override
  public void roomAgain() {
    pumpSoon();
  }

  @Override
  public void gone() {
    gone = true;
    for (var unsent : waiting) {
      if (unsent.lockToken() != null) {
        queue.settle(unsent.lockToken(), new Settlement.Release());
      }
    }
    receiver.close();
  }

  /** From any thread; many calls before the pump runs are one. */
  void pumpSoon() {
    if (pumpDue.compareAndSet(false, true)) {
      connection.run(() -> connection.attempt(link, this::pump));
    }
  }

  private void pump() {
    pumpDue.set(false);
    if (gone || !link.isLocallyOpen()) {
      return;
    }
    if (receiver instanceof SessionReceiver session && !session.isHeld()) {
      sessionLost();
      return;
    }
    send();
    int room = waiting.isEmpty() && rest == null ? Math.min(link.getCredit(), TURN) : 0;
    if (link.getCredit() == 0) {
      receiver.rest();
    } else if (taking) {
      newsMissed = true;
    } else if (room > 0 && connection.writable()) {
      fetch(room);
    }
  }

  private void fetch(int room) {
    switch (receiver.mode()) {
      case PEEK_LOCK -> {
        try {
          arrived(receiver.receive(room), room);
        } catch (Refused e) {
          Refusal.of(e).close(link);
        }
      }
      case RECEIVE_AND_DELETE -> {
        taking = true;
        receiver
            .take(room)
            .whenComplete(
                (taken, failure) ->
                    connection.run(
                        () -> connection.attempt(link, () -> taken(taken, failure, room))));
      }
    }
  }

  private void taken(@Nullable List<Delivery> taken, @Nullable Throwable failure, int room) {
    taking = false;
    if (newsMissed) {
      newsMissed = false;
      pumpSoon();
    }
    if (failure != null) {
      Refusal.of(failure).close(link);
    } else if (taken != null && !gone) {
      arrived(taken, room);
    }
  }

  private void arrived(List<Delivery> deliveries, int room) {
    waiting.addAll(deliveries);
    send();
    if (deliveries.size() == room) {
      pumpSoon();
    } else if (link.isDraining() && waiting.isEmpty() && rest == null) {
      link.drained();
      receiver.rest();
    }
  }

  /** As far as the windows of the session and the connection reach. */
  private void send() {
    if (rest != null && link.isSendable()) {
      write(link.current(), rest);
    }
    while (rest == null && !waiting.isEmpty() && link.isSendable()) {
      var delivery = waiting.remove();
      var out = link.next();
      var token = delivery.lockToken();
      out.setTag(token == null ? numbered(delivery.sequenceNumber()) : LockToken.tag(token));
      if (token == null) {
        out.settle();
      }
      write(out, ProtonByteArrayBufferAllocator.wrapped(DeliveryEncoder.encode(delivery)));
    }
  }

  private void write(OutgoingDelivery out, ProtonBuffer bytes) {
    out.writeBytes(bytes);
    rest = bytes.isReadable() ? bytes : null;
  }

  private static byte[] numbered(long sequenceNumber) {
    return ByteBuffer.allocate(Long.BYTES).putLong(sequenceNumber).array();
  }

  private void settle(OutgoingDelivery delivery) {
    var state = delivery.getRemoteState();
    var settlement = Outcomes.settlement(state);
    if (delivery.isSettled() || settlement == null) {
      if (delivery.isRemotelySettled()) {
        delivery.settle();
      }
      return;
    }
    UUID token = LockToken.of(delivery.getTag().tagBytes());
    queue
        .settle(token, settlement)
        .whenComplete(
            (done, failure) ->
                connection.run(
                    () -> connection.attempt(link, () -> answer(delivery, state, failure))));
  }

  /** The commit may outlive the link. */
  private void answer(OutgoingDelivery delivery, DeliveryState state, @Nullable Throwable failure) {
    if (gone || delivery.isSettled()) {
      return;
    }
    if (failure == null) {
      delivery.disposition(Outcomes.echo(state), true);
    } else {
      delivery.disposition(new Rejected(Refusal.of(failure).error()), true);
      pumpSoon();
    }
  }

  private void sessionLost() {
    new Refusal(
            Conditions.SESSION_LOCK_LOST,
            "The lock of the session has expired or was lost. Accept the session again.")
        .close(link);
  }
}
