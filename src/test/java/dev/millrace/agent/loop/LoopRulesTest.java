package dev.millrace.agent.loop;

import static dev.millrace.agent.ScriptedModel.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Eventually;
import dev.millrace.SettableClock;
import dev.millrace.agent.Agent;
import dev.millrace.agent.AgentTool;
import dev.millrace.agent.Observer;
import dev.millrace.agent.ScriptedModel;
import dev.millrace.job.Caps;
import dev.millrace.job.Ending;
import dev.millrace.job.Message;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Halt;
import dev.millrace.journal.Step;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.ToolSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the loop decides between one answer and the next: from the log, so also after a death. */
@Timeout(30)
class LoopRulesTest extends LoopStage {
  @Test
  void when_the_turns_are_used_up_the_model_may_say_what_it_has_found() {
    begin(request(null, turns(1), "user", false));
    model.says("Looking.", call("c", "run_python")).says("42 so far.", call("c", "run_python"));

    var ending = run();

    assertThat(ending.reason()).isEqualTo(StopReason.BUDGET_TURNS);
    assertThat(ending.response()).isEqualTo("42 so far.");
    assertThat(model.asked.getLast().tools()).isEmpty();
    assertThat(lastAsked().getLast().role()).isEqualTo(Message.Role.USER);
  }

  @Test
  void whoever_takes_over_after_the_last_words_ends_the_job_the_same_way() {
    begin(request(null, turns(1), "user", false));
    model.says("Looking.", call("c", "run_python"));
    death();
    dieAndResume();
    model.says("42 so far.");
    Ending first = run();

    claim(journal.job(JOB));

    assertThat(run()).isEqualTo(first);
    assertThat(model.asked).hasSize(3);
  }

  @Test
  void each_budget_has_its_reason() {
    record Case(Caps limits, StopReason reason) {}
    for (var each :
        List.of(
            new Case(new Caps(9L, 1L, 9_999L, 900L, 1L << 20), StopReason.BUDGET_TOOL_CALLS),
            new Case(new Caps(9L, 9L, 20L, 900L, 1L << 20), StopReason.BUDGET_TOKENS),
            new Case(new Caps(9L, 9L, 9_999L, 60L, 1L << 20), StopReason.BUDGET_SECONDS),
            new Case(new Caps(9L, 9L, 9_999L, 900L, 3L), StopReason.BUDGET_OUTPUT))) {
      storage.delete("jobs/default/j1/log");
      begin(request(null, each.limits(), "user", false));
      model.asked.clear();
      python =
          context -> {
            clock.advance(Duration.ofSeconds(40));
            return ToolOutcome.of("4242");
          };
      for (int i = 0; i < 2; i++) {
        if (i == 0 || each.reason() != StopReason.BUDGET_OUTPUT) {
          model.says("", call("c" + i, "run_python"));
        }
      }
      model.says("So far.");

      assertThat(run().reason()).as("%s", each).isEqualTo(each.reason());
      assertThat(model.asked.getLast().tools()).as("%s", each).isEmpty();
      clock.advance(Duration.ofSeconds(-80));
    }
  }

  /** Calls that were refused for want of tokens are not calls too many. */
  @Test
  void the_reason_is_what_was_used_up_however_many_calls_were_refused_for_it() {
    begin(request(null, new Caps(9L, 3L, 20L, 900L, 1L << 20), "user", false));
    model.says("", call("a", "run_python"));
    model.says(
        "",
        IntStream.range(0, 100)
            .mapToObj(i -> call("b" + i, "run_python"))
            .toArray(ToolCall[]::new));
    model.says("So far.");

    assertThat(run().reason()).isEqualTo(StopReason.BUDGET_TOKENS);
  }

  @Test
  void a_model_is_cut_off_when_the_seconds_are_over_and_may_say_its_last_words() {
    begin(request(null, new Caps(9L, 9L, 9_999L, 60L, 1L << 20), "user", false));
    model.does(
        () -> {
          throw new DirectTasks.Hangs();
        });
    model.says("Nothing yet.");

    assertThat(run()).isEqualTo(Ending.cutShort(StopReason.BUDGET_SECONDS, "Nothing yet."));
    assertThat(clock.instant()).isEqualTo(SettableClock.NOON.plusSeconds(60));
    assertThat(model.asked.getLast().tools()).isEmpty();
  }

  /** Asked by ourselves, or for the last time: nobody would ask again. */
  @Test
  void a_model_that_never_says_its_last_words_ends_with_what_there_is() {
    begin(request(null, new Caps(9L, 9L, 9_999L, 60L, 1L << 20), "user", false));
    model.says("Some.", call("a", "run_python"));
    for (int i = 0; i < 2; i++) {
      model.does(
          () -> {
            throw new DirectTasks.Hangs();
          });
    }

    assertThat(run()).isEqualTo(Ending.cutShort(StopReason.BUDGET_SECONDS, "Some."));
    assertThat(clock.instant()).isEqualTo(SettableClock.NOON.plusSeconds(120));

    storage.delete("jobs/default/j1/log");
    begin(request(null, new Caps(9L, 9L, 9_999L, 60L, 1L << 20), "user", false));
    model.says("");
    model.does(
        () -> {
          throw new DirectTasks.Hangs();
        });
    assertThat(run().reason()).isEqualTo(StopReason.BUDGET_SECONDS);
  }

  @Test
  void calls_beyond_the_budget_are_refused_and_none_is_left_open() {
    begin(request(null, new Caps(9L, 1L, 9_999L, 900L, 1L << 20), "user", false));
    model.says("", call("a", "run_python"), call("b", "run_python"), call("c", "run_python"));
    model.says("One of three.");

    run();

    var errors =
        journal.job(JOB).state().steps().stream()
            .filter(Step.Tool.class::isInstance)
            .map(step -> ((Step.Tool) step).outcome().error())
            .toList();
    assertThat(errors).hasSize(3);
    assertThat(errors.get(0)).isNull();
    assertThat(errors.subList(1, 3)).allMatch(error -> error.contains("budget"));
  }

  @Test
  void an_answer_that_follows_the_schema_is_structured() {
    begin(request(SCHEMA, null, "user", false));
    model.says("```json\n{\"total\": 12}\n```");

    assertThat(run().structured()).isEqualTo(Map.of("total", 12));
    assertThat(model.asked.getFirst().schema()).isEqualTo(SCHEMA);
  }

  @Test
  void an_answer_that_does_not_is_mended_once_even_after_a_death() {
    begin(request(SCHEMA, null, "user", false));
    model.says("{\"total\": \"twelve\"}");
    death();
    dieAndResume();
    model.says("Sorry: {}");

    var ending = run();

    assertThat(ending.reason()).isEqualTo(StopReason.SCHEMA);
    assertThat(ending.failure().details()).isNotEmpty();
    assertThat(model.asked).hasSize(3);
    assertThat(model.asked.get(2).messages().getLast().text()).contains("/total");
  }

  @Test
  void a_schema_that_is_none_is_the_request_s_fault() {
    begin(request(Map.of("type", "nonsense"), null, "user", false));
    model.says("{}");

    assertThat(run().reason()).isEqualTo(StopReason.INVALID);
  }

  @Test
  void an_empty_answer_is_nudged_once() {
    begin(request(null, null, "user", false));
    model.says("").says("Here.");

    assertThat(run()).isEqualTo(Ending.answered("Here."));
    assertThat(lastAsked()).hasSize(4);
  }

  @Test
  void what_is_wrong_with_a_call_is_told_to_the_model_and_the_tool_is_not_called() {
    begin(request(null, null, "user", false));
    python =
        context -> {
          throw new AssertionError("called all the same");
        };
    model.replies(
        new Reply.Answer(
            Message.assistant(
                "",
                List.of(
                    dev.millrace.job.ToolCall.of("a", "run_python", Map.of("code", 7)),
                    dev.millrace.job.ToolCall.of("b", "run_python", Map.of()),
                    dev.millrace.job.ToolCall.unreadable("c", "run_python", "{code:"))),
            new dev.millrace.job.Usage(1, 1),
            null));
    model.says("Sorry.");

    run();

    var told = lastAsked().subList(3, 6);
    assertThat(told).allMatch(message -> message.role() == Message.Role.TOOL);
    assertThat(told.get(0).text()).contains("/code").contains("string");
    assertThat(told.get(1).text()).contains("code").contains("required");
    assertThat(told.get(2).text()).contains("no JSON object");
  }

  @Test
  void a_message_names_its_files_safely_and_keeps_its_role() {
    begin(request(null, null, "system", false));
    model.says("So.");

    run();

    assertThat(lastAsked().get(1))
        .isEqualTo(Message.system("Plot revenue.\n\nFiles in /mnt/data: a-b.csv, a-b-2.csv"));
  }

  @Test
  void a_past_that_is_too_long_is_told_in_short_and_the_job_goes_on() {
    begin(request(null, null, "user", false));
    past =
        new ConversationPast(
            List.of(Message.user("Long ago."), Message.assistant("Yes.", List.of())),
            Map.of("session", "s"),
            List.of());
    model.replies(new Reply.TooLong("too long")).says("They spoke.");
    death();
    dieAndResume();
    model.says("Done.");

    assertThat(run()).isEqualTo(Ending.answered("Done."));

    assertThat(model.asked.get(1).tools()).isEmpty();
    assertThat(lastAsked()).hasSize(3);
    assertThat(lastAsked().get(1)).isEqualTo(Message.user(Prompts.SUMMARY + "They spoke."));
    assertThat(model.asked.getLast().modelState()).isNull();
  }

  @Test
  void a_job_that_is_too_long_with_no_past_to_shorten_fails() {
    begin(request(null, null, "user", false));
    past = new ConversationPast(List.of(Message.user("Long ago.")), null, List.of());
    model.replies(new Reply.TooLong("too long")).says("They spoke.");
    model.replies(new Reply.TooLong("still too long"));

    assertThat(run().reason()).isEqualTo(StopReason.CONTEXT);
  }

  @Test
  void an_agent_is_called_as_a_tool_and_its_steps_go_on_after_a_death() {
    begin(request(null, null, "user", false));
    var inner = new ScriptedModel();
    inner
        .says("", call("x", "run_python"))
        .does(
            () -> {
              throw new Unavailable("the worker dies here");
            });
    var helper = new AgentTool(new Agent("helper", inner, "Help.", List.of(tool)));
    model.replies(
        new Reply.Answer(
            Message.assistant(
                "",
                List.of(
                    dev.millrace.job.ToolCall.of(
                        "c1", "agent_helper", Map.of("message", "Count.")))),
            new dev.millrace.job.Usage(1, 1),
            null));
    try {
      run(helper);
      throw new AssertionError("it should have died");
    } catch (Halt halt) {
      claim(journal.job(JOB));
    }
    inner.says("It is 42.");
    model.says("The helper says 42.");

    assertThat(run(helper)).isEqualTo(Ending.answered("The helper says 42."));

    assertThat(inner.asked.getLast().messages())
        .startsWith(Message.system("Help."), Message.user("Count."));
    var steps = journal.job(JOB).state().steps();
    assertThat(steps).extracting(Step::n).containsExactly(1, 3, 4, 5, 2, 6);
    assertThat(steps)
        .extracting(Step::parent)
        .containsExactly(null, "j1-2", "j1-2", "j1-2", null, null);
    assertThat(lastAsked().getLast()).isEqualTo(Message.tool("c1", "It is 42."));
  }

  @Test
  void an_agent_that_an_agent_called_can_call_no_third_one() {
    begin(request(null, null, "user", false));
    var third = new ScriptedModel();
    var second = new ScriptedModel();
    var first = new ScriptedModel();
    var deepest = new AgentTool(new Agent("third", third, "Help.", List.of()));
    var deeper = new AgentTool(new Agent("second", second, "Help.", List.of(tool, deepest)));
    var deep = new AgentTool(new Agent("first", first, "Help.", List.of(deeper)));
    model.says("", asks("first"));
    first.says("", asks("second"));
    second.says("", asks("third")).says("I cannot ask.");
    first.says("It cannot ask.");
    model.says("Nobody can ask.");

    assertThat(run(deep)).isEqualTo(Ending.answered("Nobody can ask."));

    assertThat(first.asked.getFirst().tools()).extracting(ToolSpec::name).contains("agent_second");
    assertThat(second.asked.getFirst().tools())
        .extracting(ToolSpec::name)
        .containsExactly("run_python");
    assertThat(second.asked.getLast().messages().getLast().text())
        .contains("there is no tool agent_third");
    assertThat(third.asked).isEmpty();
  }

  private static ToolCall asks(String agent) {
    return ToolCall.of("to-" + agent, "agent_" + agent, Map.of("message", "Count."));
  }

  @Test
  void observers_hear_of_a_job_and_one_that_fails_hurts_nobody() {
    begin(request(null, null, "user", true));
    var heard = new CopyOnWriteArrayList<String>();
    observers.add(
        new Observer() {
          @Override
          public void ended(Job job, Ending ending) {
            throw new IllegalStateException("a fault of the observer");
          }
        });
    observers.add(
        new Observer() {
          @Override
          public void ended(Job job, Ending ending) {
            heard.add(job.agent() + " " + job.correlationId() + " " + ending.response());
          }

          @Override
          public void said(Job job, Update update) {
            heard.add(update.toString());
          }
        });
    python =
        context -> {
          context.output().wrote(dev.millrace.session.LiveOutput.Stream.STDOUT, "1\n");
          context.output().wrote(dev.millrace.session.LiveOutput.Stream.STDOUT, "2\n");
          return ToolOutcome.of("42");
        };
    model.says("", call("c", "run_python")).says("42.");

    assertThat(run()).isEqualTo(Ending.answered("42."));

    Eventually.that("it was heard", () -> heard.contains("analyst order-77 42."));
    assertThat(heard).hasSize(3);
    Eventually.that("it was told live", () -> live().endsWith("}\n"));
    assertThat(live())
        .contains(
            "{\"event\":\"output\",\"data\":{\"step\":2,\"stream\":\"stdout\",\"delta\":\"1\\n"
                + "2\\n"
                + "\"}}\n");
  }
}
