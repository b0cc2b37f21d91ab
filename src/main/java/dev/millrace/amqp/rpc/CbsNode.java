package dev.millrace.amqp.rpc;

import dev.millrace.broker.Refused;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes any token: whoever reaches this machine's loopback may use the namespace. */
public final class CbsNode implements Node {
  @Override
  public CompletionStage<Reply> handle(Request request) {
    return request.operation().equals("put-token")
        ? CompletableFuture.completedStage(Reply.ACCEPTED)
        : CompletableFuture.failedStage(
            new Refused(
                Refused.Reason.UNSUPPORTED,
                "$cbs does put-token only, not " + request.operation() + "."));
  }
}
