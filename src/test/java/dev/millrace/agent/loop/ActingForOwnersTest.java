package dev.millrace.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.agent.Agent;
import dev.millrace.agent.AgentTool;
import dev.millrace.job.Ending;
import dev.millrace.job.JobRequest;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.journal.Step;
import dev.millrace.tool.Delegation;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A tool is lent what it has declared, and what it is lent is written down nowhere. */
class ActingForOwnersTest extends LoopStage {
  private static final Set<String> SCOPES = Set.of("https://graph.example/User.Read");

  private final AtomicReference<String> used = new AtomicReference<>();
  private Ending ending;

  /** Reads the calendar of whoever asks. */
  private final class Calendar implements Tool {
    @Override
    public String name() {
      return "calendar";
    }

    @Override
    public String description() {
      return "Reads the calendar.";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "object");
    }

    @Override
    public Set<String> scopes() {
      return SCOPES;
    }

    @Override
    public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
      used.set(context.ownersToken().get());
      return ToolOutcome.of("free");
    }
  }

  private ToolOutcome outcome() {
    begin(JobRequest.of("analyst", "Am I free?"));
    model.says("", ToolCall.of("c1", "calendar", Map.of())).says("You are free.");
    ending = run(new Calendar());
    return claim.state().steps().stream()
        .filter(Step.Tool.class::isInstance)
        .map(step -> ((Step.Tool) step).outcome())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_tool_acts_with_the_scopes_it_has_declared() {
    delegation = (job, owner, scopes) -> job + " " + owner.name() + " " + scopes + " geheim";

    assertThat(outcome().error()).isNull();

    assertThat(used.get()).contains(JOB.toString()).contains(SCOPES.toString());
    for (String name : storage.names()) {
      assertThat(new String(storage.bytes(name), StandardCharsets.UTF_8)).doesNotContain("geheim");
    }
  }

  @Test
  void a_tool_that_is_lent_nothing_fails_in_words_for_the_owner() {
    delegation =
        (job, owner, scopes) -> {
          throw new Delegation.NotDelegated("Nothing was lent. Submit it over HTTP.");
        };

    assertThat(outcome().error()).isEqualTo("not allowed: Nothing was lent. Submit it over HTTP.");
    assertThat(ending.reason()).isEqualTo(StopReason.ANSWERED);
  }

  @Test
  void a_job_that_outlives_what_it_was_lent_tells_the_model_and_fails() {
    expire();

    assertThat(outcome().error()).isEqualTo("delegation.expired: it expired. Submit it again.");

    assertThat(model.asked.getLast().tools()).isEmpty();
    assertThat(lastAsked().getLast().text()).contains("No tool can be called any more");
    assertThat(ending.reason()).isEqualTo(StopReason.DELEGATION_EXPIRED);
    assertThat(ending.failure().message())
        .isEqualTo("delegation.expired: it expired. Submit it again.");
    assertThat(ending.response()).as("what was found so far").isEqualTo("You are free.");
  }

  @Test
  void so_it_does_where_another_agent_was_asked_to_act() {
    expire();
    var secretary = new Agent("secretary", model, "Look.", List.of(new Calendar()));
    begin(JobRequest.of("analyst", "Am I free?"));
    model
        .says("", ToolCall.of("c1", "agent_secretary", Map.of("message", "Is she free?")))
        .says("", ToolCall.of("c2", "calendar", Map.of()))
        .says("I could not look.");

    Ending ending = run(new AgentTool(secretary));

    assertThat(ending.reason()).isEqualTo(StopReason.DELEGATION_EXPIRED);
    assertThat(ending.response()).isEqualTo("I could not look.");
  }

  private void expire() {
    delegation =
        (job, owner, scopes) -> {
          throw new Delegation.Expired("it expired. Submit it again.");
        };
  }
}
