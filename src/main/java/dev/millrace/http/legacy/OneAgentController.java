package dev.millrace.http.legacy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.http.Desk;
import dev.millrace.http.request.Wish;
import dev.millrace.security.Caller;
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
  private final Desk desk;

  OneAgentController(Errands errands, Desk desk) {
    this.errands = errands;
    this.desk = desk;
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
      Map<String, @Nullable Object> metadata) {}

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
        metadata(wish, desk.caller(request)));
  }

  /** As it was sent, and who has asked, where that is known. */
  private static Map<String, @Nullable Object> metadata(Wish wish, Caller caller) {
    var metadata = new LinkedHashMap<String, @Nullable Object>(wish.request().metadata());
    if (!caller.wholeTenant()) {
      metadata.put("user_id", caller.owner().name());
      metadata.put("user_name", caller.called().orElse(null));
    }
    return metadata;
  }
}
