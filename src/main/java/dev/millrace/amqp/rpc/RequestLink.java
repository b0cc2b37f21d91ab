package dev.millrace.amqp.rpc;

import dev.millrace.amqp.connection.AmqpConnection;
import dev.millrace.amqp.connection.LinkEnd;
import dev.millrace.amqp.connection.Refusal;
import dev.millrace.amqp.link.Payload;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.qpid.protonj2.engine.IncomingDelivery;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Target;

/** A client sends requests to a node; each has its reply over a link of the other direction. */
public final class RequestLink implements LinkEnd {
  private static final int CREDIT = 200;
  private static final int LARGEST = 16 << 20;

  private final AmqpConnection connection;
  private final Receiver link;
  private final String address;
  private final Node node;
  private final ReplyLinks replies;

  private RequestLink(
      AmqpConnection connection, Receiver link, String address, Node node, ReplyLinks replies) {
    this.connection = connection;
    this.link = link;
    this.address = address;
    this.node = node;
    this.replies = replies;
  }

  public static void open(
      AmqpConnection connection, Receiver link, String address, Node node, ReplyLinks replies) {
    var end = new RequestLink(connection, link, address, node, replies);
    link.setSource(link.getRemoteSource())
        .setTarget(link.<Target>getRemoteTarget())
        .setSenderSettleMode(link.getRemoteSenderSettleMode())
        .setReceiverSettleMode(link.getRemoteReceiverSettleMode())
        .setMaxMessageSize(UnsignedLong.valueOf(LARGEST))
        .setProperties(Map.of());
    link.deliveryReadHandler(connection.guarded(link, end::read));
    connection.register(link, end);
    link.open();
    link.addCredit(CREDIT);
  }

  @Override
  public void gone() {
    // A reply that is still due finds its own way, or nobody who waits for it.
  }

  private void read(IncomingDelivery delivery) {
    if (delivery.isPartial()) {
      return;
    }
    delivery.disposition(Accepted.getInstance(), true);
    if (link.getCredit() <= CREDIT / 2) {
      link.addCredit(CREDIT - link.getCredit());
    }
    if (!delivery.isAborted()) {
      handle(RpcCodec.request(Payload.of(delivery)));
    }
  }

  private void handle(Request request) {
    answer(request)
        .whenComplete(
            (reply, failure) -> {
              var bytes =
                  RpcCodec.reply(
                      failure == null ? reply : Reply.refused(Refusal.of(failure)), request.id());
              connection.run(
                  () -> replies.send(address, request.replyTo(), link.getSession(), bytes));
            });
  }

  /** What is wrong with a request at once, and what fails later, are answered alike. */
  private CompletionStage<Reply> answer(Request request) {
    try {
      return node.handle(request);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }
}
