package dev.millrace.worker.sim;

import dev.millrace.job.JobRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one job comes in. */
record Plan(
    Script script,
    @Nullable String sessionId,
    boolean direct,
    boolean refuse,
    @Nullable String replyTo,
    @Nullable Instant deadline,
    boolean cancel) {

  /** A job without a conversation, a deadline or any wish. */
  static Plan of(Script script) {
    return new Plan(script, null, false, false, null, null, false);
  }

  Plan in(String conversation) {
    return new Plan(script, conversation, direct, refuse, replyTo, deadline, cancel);
  }

  Plan byMessage() {
    return new Plan(script, sessionId, true, refuse, replyTo, deadline, cancel);
  }

  Plan answeredTo(String target) {
    return new Plan(script, sessionId, direct, refuse, target, deadline, cancel);
  }

  Plan canceled() {
    return new Plan(script, sessionId, direct, refuse, replyTo, deadline, true);
  }

  JobRequest request() {
    return new JobRequest(
        JobRequest.Kind.AGENT,
        "analyst",
        script.text(),
        sessionId,
        List.of(),
        null,
        true,
        "user",
        null,
        deadline,
        false,
        refuse ? JobRequest.WhenBusy.REFUSE : JobRequest.WhenBusy.QUEUE,
        null,
        Map.of());
  }

  byte[] body() {
    String session = sessionId == null ? "" : ", \"sessionId\": \"" + sessionId + "\"";
    String busy = refuse ? ", \"whenBusy\": \"refuse\"" : "";
    String until = deadline == null ? "" : ", \"deadline\": \"" + deadline + "\"";
    return ("{\"message\": \"" + script.text() + "\"" + session + busy + until + "}")
        .getBytes(StandardCharsets.UTF_8);
  }
}
