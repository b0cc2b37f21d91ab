package dev.millrace.amqp.rpc;

import java.util.concurrent.CompletionStage;

/** What stands behind an address that takes requests. */
public interface Node {

  /** Answers a request, now or when what it asks for is durable. A failure becomes its reply. */
  CompletionStage<Reply> handle(Request request);
}
