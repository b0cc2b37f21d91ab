package dev.millrace.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobRequest;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.journal.Step;
import dev.millrace.tool.Delegation;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A tool is lent what it has declared, and what it is lent is written down nowhere. */
class ActingForOwnersTest extends LoopStage {
  private static final Set<String> SCOPES = Set.of("https://graph.example/User.Read");

  private final AtomicReference<String> used = new AtomicReference<>();

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
    run(new Calendar());
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
          throw new Delegation.NotDelegated("It expired. Submit it again.");
        };

    assertThat(outcome().error()).isEqualTo("not allowed: It expired. Submit it again.");
  }
}
