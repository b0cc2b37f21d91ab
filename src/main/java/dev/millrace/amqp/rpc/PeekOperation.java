package dev.millrace.amqp.rpc;

import dev.millrace.amqp.wire.DeliveryEncoder;
import dev.millrace.broker.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/** Looks at messages without taking them. */
final class PeekOperation implements Node {
  /** Of a reply; what is beyond it a client peeks for next. */
  private static final long ENOUGH_BYTES = 1 << 20;

  private final Look look;

  PeekOperation(Look look) {
    this.look = look;
  }

  /** As the broker's entities peek. */
  interface Look {
    List<Delivery> peek(long fromSequenceNumber, int max, @Nullable String sessionId);
  }

  @Override
  public CompletionStage<Reply> handle(Request request) {
    var found =
        look.peek(
            request.number("from-sequence-number"),
            request.count("message-count"),
            request.textOrNull("session-id"));
    var messages = new ArrayList<Map<String, Object>>();
    long bytes = 0;
    for (var delivery : found) {
      var encoded = DeliveryEncoder.encode(delivery);
      bytes += encoded.length;
      if (bytes > ENOUGH_BYTES && !messages.isEmpty()) {
        break;
      }
      messages.add(Map.of("message", new Binary(encoded)));
    }
    return CompletableFuture.completedStage(
        messages.isEmpty() ? Reply.NOTHING : Reply.ok(Map.of("messages", messages)));
  }
}
