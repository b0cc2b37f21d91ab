package dev.millrace.journal;

import dev.millrace.SettableClock;
import dev.millrace.job.Artifact;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Entries as tests need them. */
public final class Entries {
  private Entries() {}

  public static Entry.Submitted submitted() {
    return submitted(Origin.HTTP, null);
  }

  public static Entry.Submitted submitted(Origin origin, @Nullable String conversation) {
    return new Entry.Submitted(
        JobRequest.of("analyst", "Plot revenue by month."),
        "hash-of-the-request",
        "default",
        "alice",
        conversation,
        SettableClock.NOON.plus(Duration.ofHours(24)),
        origin,
        List.of());
  }

  /** A model's answer that calls tools {@code c1}, {@code c2} and so on. */
  public static Entry.ModelDone asks(int step, int calls) {
    var toolCalls =
        Stream.iterate(1, i -> i + 1)
            .limit(calls)
            .map(i -> ToolCall.of("c" + i, "run_python", Map.of("code", "print(" + i + ")")))
            .toList();
    return new Entry.ModelDone(
        step,
        "scripted",
        Message.assistant("step " + step, toolCalls),
        new Usage(100, 10),
        null,
        1.5,
        null);
  }

  public static Entry.ModelDone answers(int step) {
    return asks(step, 0);
  }

  public static Entry.ToolIntent intends(int step, String callId) {
    return new Entry.ToolIntent(
        step, callId, "j1-" + step, SettableClock.NOON.plus(Duration.ofMinutes(5)), null);
  }

  public static Entry.ToolDone ran(int step, String callId, Artifact... made) {
    return new Entry.ToolDone(
        step, callId, ToolOutcome.of("42").took(0.5), List.of(made), false, null);
  }

  public static Entry.Claimed claimed(int epoch, boolean alone) {
    return new Entry.Claimed(epoch, "worker-" + epoch, "jobs", 7, alone);
  }

  public static Entry.Released released(int epoch, String why) {
    return new Entry.Released(epoch, why, SettableClock.NOON.plus(Duration.ofSeconds(5)));
  }
}
