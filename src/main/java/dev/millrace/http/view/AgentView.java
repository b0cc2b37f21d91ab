package dev.millrace.http.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.agent.Agent;
import dev.millrace.job.Limits;
import dev.millrace.tool.Tool;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who can be asked, on the wire.
 *
 * @param usual whether this one is asked when a request names nobody
 * @param limits the most that a request may use
 * @param responseSchema that answers follow where a request names none
 * @param deadlineSeconds how long a job may take where its request names no time
 */
@Serdeable
@JsonInclude(JsonInclude.Include.ALWAYS)
public record AgentView(
    String name,
    String description,
    boolean usual,
    String model,
    List<ToolView> tools,
    LimitsView limits,
    @Nullable Map<String, Object> responseSchema,
    long deadlineSeconds) {

  /** Something that an agent can have done; the schema is of its arguments. */
  @Serdeable
  public record ToolView(String name, String description, Map<String, Object> schema) {
    static ToolView of(Tool tool) {
      return new ToolView(tool.name(), tool.description(), tool.schema());
    }
  }

  /** What a request may use at most. */
  @Serdeable
  public record LimitsView(int turns, int toolCalls, long tokens, int seconds, long outputBytes) {
    static LimitsView of(Limits limits) {
      return new LimitsView(
          limits.turns(),
          limits.toolCalls(),
          limits.tokens(),
          limits.seconds(),
          limits.outputBytes());
    }
  }

  public static AgentView of(Agent agent, boolean usual) {
    return new AgentView(
        agent.name(),
        agent.description(),
        usual,
        agent.model().name(),
        agent.tools().stream().map(ToolView::of).toList(),
        LimitsView.of(agent.limits()),
        agent.responseSchema(),
        agent.deadline().toSeconds());
  }
}
