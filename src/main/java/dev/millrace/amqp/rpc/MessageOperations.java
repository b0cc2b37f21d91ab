package dev.millrace.amqp.rpc;

import dev.millrace.amqp.wire.DeliveryEncoder;
import dev.millrace.broker.Delivery;
import dev.millrace.broker.Queue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.qpid.proton.amqp.Binary;

/** Receives what was set aside. */
final class MessageOperations {
  private static final int AND_DELETE = 0;

  private final Queue queue;

  MessageOperations(Queue queue) {
    this.queue = queue;
  }

  CompletionStage<Reply> receiveDeferred(Request request) {
    var mode =
        request.number("receiver-settle-mode") == AND_DELETE
            ? Queue.Mode.RECEIVE_AND_DELETE
            : Queue.Mode.PEEK_LOCK;
    return queue
        .receiveDeferred(
            request.all(Long.class, "sequence-numbers"), mode, request.textOrNull("session-id"))
        .thenApply(
            received ->
                Reply.ok(
                    Map.of("messages", received.stream().map(MessageOperations::entry).toList())));
  }

  private static Map<String, Object> entry(Delivery delivery) {
    var entry = new LinkedHashMap<String, Object>();
    entry.put("message", new Binary(DeliveryEncoder.encode(delivery)));
    if (delivery.lockToken() != null) {
      entry.put("lock-token", delivery.lockToken());
    }
    return entry;
  }
}
