package dev.millrace.http.legacy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.http.request.Wish;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.annotation.security.PermitAll;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The service with one agent and a choice of models behind it. */
@Hidden
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class OneAgentController {
  private static final String TYPE = "millrace";

  private final Errands errands;

  OneAgentController(Errands errands) {
    this.errands = errands;
  }

  /** That it is there. */
  @Serdeable
  record Alive(String message, String status) {}

  /** An answer. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Reply(
      String message,
      String status,
      @JsonProperty("agent_type") String agentType,
      @JsonProperty("conversation_id") @Nullable String conversationId,
      Map<String, Object> metadata) {}

  /** Asks nobody, as a liveness probe wants it. */
  @Get("/health")
  @PermitAll
  Map<String, String> health() {
    return Map.of("status", "healthy");
  }

  @Get("/agent")
  @PermitAll
  Alive alive() {
    return new Alive("it's alive", "healthy");
  }

  @Post("/agent")
  @Consumes(MediaType.ALL)
  Reply ask(HttpRequest<?> request) {
    Wish wish = errands.posted(request);
    Answered answered = errands.answer(errands.submit(request, wish));
    return new Reply(
        answered.text(),
        answered.status(),
        TYPE,
        wish.request().sessionId(),
        new LinkedHashMap<>(wish.request().metadata()));
  }
}
