package dev.millrace.amqp.rpc;

import dev.millrace.amqp.wire.Values;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Settlement;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whoever holds a lock token renews or settles by it, without the link it came by. */
final class LockOperations {
  private final Queue queue;

  LockOperations(Queue queue) {
    this.queue = queue;
  }

  CompletionStage<Reply> renew(Request request) {
    var until = queue.renewLocks(request.all(UUID.class, "lock-tokens"));
    return CompletableFuture.completedStage(
        Reply.ok(Map.of("expirations", until.stream().map(Date::from).toArray(Date[]::new))));
  }

  CompletionStage<Reply> settle(Request request) {
    var settlement = settlement(request);
    var settled =
        request.all(UUID.class, "lock-tokens").stream()
            .map(token -> queue.settle(token, settlement).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(settled).thenApply(done -> Reply.OK);
  }

  private static Settlement settlement(Request request) {
    var properties = Values.plain(request.mapOrNull("properties-to-modify"));
    var status = request.text("disposition-status");
    return switch (status) {
      case "completed" -> new Settlement.Complete();
      case "abandoned" -> new Settlement.Abandon(properties);
      case "suspended" ->
          new Settlement.DeadLetter(
              request.textOrNull("deadletter-reason"),
              request.textOrNull("deadletter-description"),
              properties);
      // The misspelling is what goes over the wire.
      case "defered", "deferred" -> new Settlement.Defer(properties);
      default ->
          throw new Refused(
              Refused.Reason.INVALID, "There is no disposition status " + status + ".");
    };
  }
}
