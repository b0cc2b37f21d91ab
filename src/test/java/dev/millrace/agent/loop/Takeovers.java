package dev.millrace.agent.loop;

import dev.millrace.SettableClock;
import dev.millrace.agent.Agent;
import dev.millrace.agent.AgentTool;
import dev.millrace.job.Artifact;
import dev.millrace.job.Caps;
import dev.millrace.job.Ending;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Lines;
import dev.millrace.model.LanguageModel;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Jobs in which the loop decides much, each done once by one worker, and then once more for every
 * line of its log by a worker that takes over there. Whoever does it, it ends the same, with the
 * same steps, and no answer is asked for that was written down.
 */
public final class Takeovers {
  private static final String LOG = "jobs/default/j1/log";

  /** More than any scene needs: a loop that does not end must not keep anybody waiting. */
  private static final int MOST_ASKED = 40;

  private static final ConversationPast LONG_AGO =
      new ConversationPast(
          List.of(Message.user("Long ago."), Message.assistant("Yes.", List.of())),
          null,
          List.of());

  /** A job, what its model says to each prompt, and how it ends. */
  private record Scene(
      String name,
      JobRequest request,
      ConversationPast past,
      Function<Prompt, Reply> model,
      StopReason reason) {}

  /** What a worker did. */
  private record Done(
      Ending ending, List<String> steps, int asked, int called, byte[] log, Duration took) {
    List<Lines.At<Entry>> lines() {
      return Lines.job(log);
    }
  }

  private Takeovers() {}

  /** What went otherwise than it should. */
  public static List<String> broken() {
    var broken = new ArrayList<String>();
    for (Scene scene :
        List.of(
            new Scene("much", request(null), LONG_AGO, Takeovers::much, StopReason.ANSWERED),
            new Scene("bad", request(null), LONG_AGO, Takeovers::bad, StopReason.SCHEMA),
            new Scene("mute", request(null), LONG_AGO, Takeovers::mute, StopReason.SCHEMA),
            new Scene(
                "turns",
                request(new Caps(2L, 40L, 200_000L, 900L, 1L << 20)),
                LONG_AGO,
                Takeovers::insatiable,
                StopReason.BUDGET_TURNS),
            new Scene(
                "calls",
                request(new Caps(24L, 3L, 200_000L, 900L, 1L << 20)),
                LONG_AGO,
                Takeovers::insatiable,
                StopReason.BUDGET_TOOL_CALLS),
            new Scene(
                "seconds",
                request(new Caps(24L, 40L, 200_000L, 45L, 1L << 20)),
                LONG_AGO,
                Takeovers::insatiable,
                StopReason.BUDGET_SECONDS))) {
      check(scene, broken);
    }
    return broken;
  }

  private static JobRequest request(@Nullable Caps limits) {
    return LoopStage.request(LoopStage.SCHEMA, limits, "user", false);
  }

  private static void check(Scene scene, List<String> broken) {
    Done alone = done(scene, new byte[0], Duration.ZERO);
    if (alone.ending().reason() != scene.reason()) {
      broken.add(scene.name() + ": ended " + alone.ending());
    }
    Caps limits = scene.request().limits();
    if (limits != null && alone.called() > limits.toolCalls()) {
      broken.add(scene.name() + ": called " + alone.called() + " times");
    }
    var lines = alone.lines();
    for (int from = 2; from <= lines.size(); from++) {
      List<Entry> begun = lines.subList(0, from).stream().map(Lines.At::entry).toList();
      int end = from < lines.size() ? (int) lines.get(from).position() : alone.log().length;
      Done after = done(scene, Arrays.copyOf(alone.log(), end), alone.took());
      String at = scene.name() + ", taken over after line " + from + ": ";
      if (!after.ending().equals(alone.ending())) {
        broken.add(at + "ended " + after.ending() + ", not " + alone.ending());
      }
      if (!after.steps().equals(alone.steps())) {
        broken.add(at + "did " + after.steps() + ", not " + alone.steps());
      }
      long answered =
          begun.stream()
              .mapToLong(
                  entry ->
                      switch (entry) {
                        case Entry.ModelDone done -> 1;
                        case Entry.Summarized done -> 2; // the prompt that was too long, and this
                        default -> 0;
                      })
              .sum();
      if (after.asked() != alone.asked() - answered) {
        broken.add(at + "asked " + after.asked() + " times, not " + (alone.asked() - answered));
      }
    }
  }

  private static Done done(Scene scene, byte[] begun, Duration later) {
    var stage = new LoopStage();
    var called = new AtomicInteger();
    stage.past = scene.past();
    stage.python =
        context -> {
          called.incrementAndGet();
          stage.clock.advance(Duration.ofSeconds(20));
          var bytes = new java.io.ByteArrayInputStream(new byte[] {1});
          context.files().keep("figure-1.png", "image/png", bytes);
          return ToolOutcome.of("42");
        };
    var asked = new ArrayList<Prompt>();
    var model =
        new LanguageModel() {
          @Override
          public String name() {
            return "playing";
          }

          @Override
          public Reply reply(Prompt prompt, Words words) {
            asked.add(prompt);
            if (asked.size() > MOST_ASKED) {
              throw new IllegalStateException(scene.name() + ": asked without end");
            }
            return scene.model().apply(prompt);
          }
        };
    if (begun.length == 0) {
      stage.begin(scene.request());
    } else {
      stage.clock.advance(later);
      stage.takeOver(begun);
    }
    var helper = new Agent("helper", model, "Help.", List.of(stage.tool));
    Ending ending = stage.run(model, new AgentTool(helper));
    byte[] log = stage.storage.bytes(LOG);
    var took = Duration.between(SettableClock.NOON, stage.clock.instant());
    return new Done(ending, steps(Lines.job(log)), asked.size(), called.get(), log, took);
  }

  private static List<String> steps(List<Lines.At<Entry>> log) {
    return log.stream()
        .map(
            line ->
                switch (line.entry()) {
                  case Entry.ModelDone done ->
                      done.step() + " " + done.message() + done.asked() + done.parent();
                  case Entry.ToolDone done ->
                      done.step()
                          + " "
                          + done.outcome().text()
                          + done.parent()
                          + done.artifacts().stream().map(Artifact::name).toList();
                  case Entry.Summarized done -> done.upTo() + " " + done.text();
                  default -> "";
                })
        .filter(step -> !step.isEmpty())
        .toList();
  }

  /** Calls, is too long to go on, empty, against the schema, and right in the end. */
  private static Reply much(Prompt prompt) {
    if (helping(prompt)) {
      return last(prompt).role() == Message.Role.USER
          ? says("", call("run_python", "code"))
          : says("It is 42.");
    }
    if (summarizing(prompt)) {
      return says("They spoke.");
    }
    if (!isTold(prompt)) {
      return said(prompt).size() == 1
          ? says("", call("agent_helper", "message"), call("run_python", "code"))
          : new Reply.TooLong("too long");
    }
    return switch (said(prompt).size()) {
      case 0 -> says("");
      case 1 -> says("{\"total\": \"none\"}");
      case 2 -> says("{\"total\": 42}");
      default -> throw new IllegalStateException("asked too often: " + prompt.messages());
    };
  }

  /** Against the schema, and again. */
  private static Reply bad(Prompt prompt) {
    return switch (said(prompt).size()) {
      case 1 -> says("{\"total\": \"none\"}");
      case 2 -> says("{}");
      default -> throw new IllegalStateException("asked too often: " + prompt.messages());
    };
  }

  /** Says nothing, whatever it is told. */
  private static Reply mute(Prompt prompt) {
    return says("");
  }

  /** Calls as long as it may call anything. */
  private static Reply insatiable(Prompt prompt) {
    return prompt.tools().isEmpty()
        ? says("{\"total\": 1}")
        : says("So far.", call("run_python", "code"), call("run_python", "code"));
  }

  private static boolean helping(Prompt prompt) {
    return prompt.messages().getFirst().text().equals("Help.");
  }

  private static boolean summarizing(Prompt prompt) {
    return prompt.tools().isEmpty() && last(prompt).text().startsWith("Summarize");
  }

  private static boolean isTold(Prompt prompt) {
    return prompt.messages().get(1).text().startsWith(Prompts.SUMMARY);
  }

  private static List<Message> said(Prompt prompt) {
    return prompt.messages().stream()
        .filter(message -> message.role() == Message.Role.ASSISTANT)
        .toList();
  }

  private static Message last(Prompt prompt) {
    return prompt.messages().getLast();
  }

  private static Reply says(String text, ToolCall... calls) {
    return new Reply.Answer(Message.assistant(text, List.of(calls)), new Usage(10, 5), null);
  }

  /** All under one id, as some models do. */
  private static ToolCall call(String tool, String argument) {
    return ToolCall.of("c", tool, Map.of(argument, "Count."));
  }
}
