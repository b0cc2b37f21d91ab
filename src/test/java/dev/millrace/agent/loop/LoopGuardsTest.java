package dev.millrace.agent.loop;

import static dev.millrace.agent.ScriptedModel.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.agent.Agent;
import dev.millrace.agent.AgentTool;
import dev.millrace.agent.Observer;
import dev.millrace.agent.ScriptedModel;
import dev.millrace.job.Caps;
import dev.millrace.job.Ending;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Lines;
import dev.millrace.journal.Step;
import dev.millrace.model.LanguageModel;
import dev.millrace.model.LanguageModel.Picture;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.tool.ToolContext;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What calls bring, what models are shown, and who listens. */
@Timeout(30)
class LoopGuardsTest extends LoopStage {
  private static void figure(ToolContext context, int size) {
    var bytes = new ByteArrayInputStream(new byte[size]);
    context.files().keep("figure-1.png", "image/png", bytes);
  }

  private List<Step.Tool> calls() {
    return journal.job(JOB).state().steps().stream()
        .filter(Step.Tool.class::isInstance)
        .map(Step.Tool.class::cast)
        .toList();
  }

  /** The model that plays, as one that can see, or has a small window. */
  private LanguageModel with(boolean sees, long window) {
    return new LanguageModel() {
      @Override
      public String name() {
        return "other";
      }

      @Override
      public Reply reply(Prompt prompt, Words words) {
        return model.reply(prompt, words);
      }

      @Override
      public boolean sees() {
        return sees;
      }

      @Override
      public long window() {
        return window;
      }
    };
  }

  @Test
  void a_call_that_could_not_be_made_has_put_no_files_there() {
    begin(request(null, null, "user", false));
    var staged = new ArrayList<Boolean>();
    python =
        context -> {
          staged.add(context.workspace().staged());
          return ToolOutcome.of("42");
        };
    model.says("", ToolCall.of("a", "run_python", Map.of("code", 7)));
    model.says("", ToolCall.unreadable("a", "run_python", "{code:"));
    model.says("", call("b", "run_python")).says("", call("c", "run_python")).says("Done.");

    run();

    assertThat(staged).containsExactly(false, true);
  }

  /** It was found in part; then it is made again, and what the part brought does not count. */
  @Test
  void a_call_that_is_made_again_leaves_its_files_once() {
    begin(request(null, null, "user", false));
    found =
        context -> {
          figure(context, 1);
          return Optional.empty();
        };
    claim.append(
        new Entry.ModelDone(
            1,
            "scripted",
            Message.assistant("", List.of(call("c", "run_python"))),
            dev.millrace.job.Usage.NONE,
            null,
            0,
            null),
        new Entry.ToolIntent(2, "c", "j1-2", clock.instant().plusSeconds(300), null));
    python =
        context -> {
          figure(context, 1);
          return ToolOutcome.of("42");
        };
    model.says("Done.");

    run();

    assertThat(calls().getFirst().reexecuted()).isTrue();
    assertThat(calls().getFirst().artifacts()).hasSize(1);
  }

  @Test
  void the_call_of_an_agent_counts_while_that_agent_works() {
    begin(request(null, new Caps(9L, 2L, 9_999L, 900L, 1L << 20), "user", false));
    var inner = new ScriptedModel();
    inner.says("", call("x", "run_python"), call("y", "run_python"));
    var helper = new AgentTool(new Agent("helper", inner, "Help.", List.of(tool)));
    model.says("", ToolCall.of("c", "agent_helper", Map.of("message", "Count."))).says("So far.");

    run(helper);

    assertThat(calls()).extracting(Step.Tool::executionId).containsExactly("j1-4", null, "j1-2");
  }

  @Test
  void a_model_that_sees_is_shown_the_latest_figures_that_are_not_too_large() {
    begin(request(null, null, "user", false));
    python =
        context -> {
          for (int size : List.of(1, 2, 3, (2 << 20) + 1, 4, 5)) {
            figure(context, size);
          }
          return ToolOutcome.of("42");
        };
    model.says("", call("c", "run_python")).says("Done.");

    run(with(true, Long.MAX_VALUE));

    assertThat(model.asked.getFirst().pictures()).isEmpty();
    var shown = model.asked.getLast();
    assertThat(shown.pictures())
        .extracting(picture -> picture.content().length)
        .containsExactly(2, 3, 4, 5);
    assertThat(shown.pictures()).extracting(Picture::message).containsOnly(3);
    assertThat(shown.messages().get(3).role()).isEqualTo(Message.Role.TOOL);
  }

  @Test
  void a_model_that_does_not_see_is_shown_none() {
    begin(request(null, null, "user", false));
    python =
        context -> {
          figure(context, 1);
          return ToolOutcome.of("42");
        };
    model.says("", call("c", "run_python")).says("Done.");

    run(with(false, Long.MAX_VALUE));

    assertThat(model.asked.getLast().pictures()).isEmpty();
  }

  @Test
  void figures_still_stand_with_their_message_behind_a_nudge() {
    begin(request(null, null, "user", false));
    python =
        context -> {
          figure(context, 1);
          return ToolOutcome.of("42");
        };
    model.says("").says("", call("c", "run_python")).says("Done.");

    run(with(true, Long.MAX_VALUE));

    var shown = model.asked.getLast();
    int message = shown.pictures().getFirst().message();
    assertThat(shown.messages().get(message).role()).isEqualTo(Message.Role.TOOL);
  }

  @Test
  void a_past_that_nearly_fills_the_window_is_told_in_short_before_the_model_is_asked() {
    begin(request(null, null, "user", false));
    past = new ConversationPast(List.of(Message.user("x".repeat(4_000))), null, List.of());
    model.says("Many x.").says("Done.");

    assertThat(run(with(false, 1_200))).isEqualTo(Ending.answered("Done."));

    assertThat(model.asked).hasSize(2);
    assertThat(lastAsked().get(1)).isEqualTo(Message.user(Prompts.SUMMARY + "Many x."));
  }

  @Test
  void a_past_that_leaves_room_is_told_as_it_is() {
    begin(request(null, null, "user", false));
    past = new ConversationPast(List.of(Message.user("x".repeat(4_000))), null, List.of());
    model.says("Done.");

    assertThat(run(with(false, 1_300))).isEqualTo(Ending.answered("Done."));
  }

  /** Each answer of this model takes 15 tokens by its own count. */
  @Test
  void the_job_s_own_steps_are_told_in_short_when_they_nearly_fill_the_window() {
    begin(request(null, null, "user", false));
    python = context -> ToolOutcome.of("x".repeat(400));
    model.says("", call("c", "run_python")).says("Many x.").says("Done.");

    assertThat(run(with(false, 130))).isEqualTo(Ending.answered("Done."));

    assertThat(lastAsked()).hasSize(3);
    var told =
        Lines.job(storage.bytes("jobs/default/j1/log")).stream()
            .map(Lines.At::entry)
            .filter(Entry.Summarized.class::isInstance)
            .toList();
    assertThat(told).hasSize(1);
    assertThat(((Entry.Summarized) told.getFirst()).upTo()).isEqualTo(2);
  }

  @Test
  void a_job_does_not_wait_for_an_observer_that_is_slow() throws InterruptedException {
    begin(request(null, null, "user", false));
    var over = new CountDownLatch(1);
    var heard = new CountDownLatch(1);
    observers.add(
        new Observer() {
          @Override
          public void said(Job job, Update update) {
            try {
              over.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void ended(Job job, Ending ending) {
            heard.countDown();
          }
        });
    python =
        context -> {
          for (int i = 0; i < 5_000; i++) {
            context.output().wrote(dev.millrace.session.LiveOutput.Stream.STDOUT, "x");
          }
          return ToolOutcome.of("42");
        };
    model.says("", call("c", "run_python")).says("Done.");

    assertThat(run()).isEqualTo(Ending.answered("Done."));

    over.countDown();
    assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
  }
}
