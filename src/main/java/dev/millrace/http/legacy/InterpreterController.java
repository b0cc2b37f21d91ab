package dev.millrace.http.legacy;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Wish;
import dev.millrace.job.JobRequest;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.Hidden;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The chat with a code interpreter: one question, one answer. */
@Hidden
@Controller("/chat")
@ExecuteOn(TaskExecutors.BLOCKING)
final class InterpreterController {
  private final Errands errands;

  InterpreterController(Errands errands) {
    this.errands = errands;
  }

  /** An answer. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Reply(String output) {}

  /** With {@code session_id}, which is ours, follow-ups see what was before. */
  @Get
  Reply chat(HttpRequest<?> request) {
    String message = request.getParameters().get("message");
    if (message == null || message.isBlank()) {
      throw Refusal.invalid("?message", "is required: say what is to be done");
    }
    return new Reply(errands.answer(errands.submit(request, wish(request, message))).text());
  }

  private Wish wish(HttpRequest<?> request, String message) {
    String agent = errands.usual().name();
    @Nullable String session = request.getParameters().get("session_id");
    return Wish.of(
        Errands.turn(JobRequest.of(agent, message), agent, session, false),
        message.getBytes(StandardCharsets.UTF_8));
  }
}
