package dev.millrace.http.legacy.durable;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.agent.Agent;
import dev.millrace.http.Desk;
import dev.millrace.http.legacy.Errands;
import dev.millrace.http.legacy.Talk;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.intake.Histories;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a session holds, and how it is made to forget. */
@Hidden
@Controller("/api/agents/{name}/{sessionId}")
@ExecuteOn(TaskExecutors.BLOCKING)
final class StateController {
  private final Errands errands;
  private final Desk desk;
  private final Talk talk;
  private final Histories histories;

  StateController(Errands errands, Desk desk, Talk talk, Histories histories) {
    this.errands = errands;
    this.desk = desk;
    this.talk = talk;
    this.histories = histories;
  }

  /**
   * A session.
   *
   * @param messageCount how many questions it has seen since it last forgot
   */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record State(
      @JsonProperty("message_count") int messageCount,
      @JsonProperty("conversation_history") List<Entry> conversationHistory,
      @JsonProperty("last_response") @Nullable String lastResponse,
      @JsonProperty("agent_type") String agentType) {}

  /** What somebody has said. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Entry(
      String role,
      String content,
      Instant timestamp,
      @JsonProperty("agent_response") @Nullable Response agentResponse) {}

  /** What an agent has done for an answer. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Response(
      String text, String kind, @JsonProperty("tool_calls") List<Call> toolCalls, Tokens usage) {}

  /** What it has called. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Call(String id, String name, Map<String, Object> arguments) {
    static Call of(ToolCall call) {
      return new Call(call.id(), call.name(), call.arguments());
    }
  }

  /** What it has taken. */
  @Serdeable
  record Tokens(
      @JsonProperty("prompt_tokens") long prompt,
      @JsonProperty("completion_tokens") long completion,
      @JsonProperty("total_tokens") long total) {}

  @Get
  State get(HttpRequest<?> request, String name, String sessionId) {
    Agent agent = errands.agent(name);
    var exchanges =
        talk.exchanges(
                desk.caller(request).owner(), agent.name(), SessionKey.of(agent.name(), sessionId))
            .orElseThrow(StateController::unknown);
    var history = new ArrayList<Entry>();
    exchanges.forEach(exchange -> tell(exchange, history));
    return new State(
        exchanges.size(),
        history,
        exchanges.isEmpty() ? null : exchanges.getLast().answer(),
        AgentsController.TYPE);
  }

  private static void tell(Talk.Exchange exchange, List<Entry> history) {
    history.add(new Entry(exchange.role(), exchange.question(), exchange.askedAt(), null));
    long prompt = exchange.usage().inputTokens();
    long completion = exchange.usage().outputTokens();
    history.add(
        new Entry(
            "assistant",
            exchange.answer(),
            exchange.endedAt(),
            new Response(
                exchange.answer(),
                "agent_message",
                exchange.messages().stream()
                    .map(Message::toolCalls)
                    .flatMap(List::stream)
                    .map(Call::of)
                    .toList(),
                new Tokens(prompt, completion, prompt + completion))));
  }

  /** That it has forgotten. */
  @Serdeable
  record Reset(String status, String sessionId) {}

  @Post("/reset")
  @Consumes(MediaType.ALL)
  Reset reset(HttpRequest<?> request, String name, String sessionId) {
    Agent agent = errands.agent(name);
    String key = SessionKey.of(agent.name(), sessionId);
    if (!histories.reset(desk.caller(request).owner(), agent.name(), key)) {
      throw unknown();
    }
    return new Reset("reset", sessionId);
  }

  private static Refusal unknown() {
    return Refusal.of(Code.NOT_FOUND, "Session not found");
  }
}
