package dev.millrace.amqp.rpc;

import dev.millrace.broker.Queue;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.qpid.proton.amqp.Binary;

/** The lock of a session and the state kept with it. */
final class SessionOperations {
  private static final String ID = "session-id";
  private static final String STATE = "session-state";

  private final Queue queue;

  SessionOperations(Queue queue) {
    this.queue = queue;
  }

  CompletionStage<Reply> renew(Request request) {
    var until = queue.renewSession(request.text(ID));
    return CompletableFuture.completedStage(Reply.ok(Map.of("expiration", Date.from(until))));
  }

  CompletionStage<Reply> state(Request request) {
    var body = new HashMap<String, Object>();
    body.put(STATE, queue.sessionState(request.text(ID)).map(Binary::new).orElse(null));
    return CompletableFuture.completedStage(Reply.ok(Collections.unmodifiableMap(body)));
  }

  CompletionStage<Reply> setState(Request request) {
    return queue
        .setSessionState(request.text(ID), request.bytesOrNull(STATE))
        .thenApply(done -> Reply.OK);
  }
}
