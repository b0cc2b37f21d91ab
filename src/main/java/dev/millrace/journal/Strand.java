package dev.millrace.journal;

import dev.millrace.job.Message;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one agent has done in a job: the job's own, or one that was called as a tool. It changes
 * only as the log is read or written.
 */
public final class Strand {
  private static final String EXPIRED = StopReason.DELEGATION_EXPIRED.word() + ":";

  private final List<Step> steps = new ArrayList<>();
  private Step.@Nullable Model lastAnswer;
  private int called;
  private Entry.@Nullable ToolIntent inFlight;
  private @Nullable Instant inFlightSince;

  void answered(Step.Model answer) {
    steps.add(answer);
    lastAnswer = answer;
    called = 0;
  }

  void announced(Entry.ToolIntent intent, Instant at) {
    inFlight = intent;
    inFlightSince = at;
  }

  void called(Step.Tool step) {
    steps.add(step);
    called++;
    inFlight = null;
    inFlightSince = null;
  }

  /** The call that ends next, as the model wants it. */
  @Nullable ToolCall next() {
    List<ToolCall> calls = lastAnswer == null ? List.of() : lastAnswer.message().toolCalls();
    return called < calls.size() ? calls.get(called) : null;
  }

  /** The finished steps, in order. */
  public List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }

  /** The last model answer, if there has been one. */
  public Optional<Step.Model> lastAnswer() {
    return Optional.ofNullable(lastAnswer);
  }

  /** How many of the calls that the last answer asks for have ended. */
  public int called() {
    return called;
  }

  /** The tool call that was begun and is not known to have ended. */
  public Optional<Entry.ToolIntent> inFlight() {
    return Optional.ofNullable(inFlight);
  }

  /** When that call was announced. */
  public Optional<Instant> inFlightSince() {
    return Optional.ofNullable(inFlightSince);
  }

  /** What this agent has said last in words; nothing, if it has said nothing. */
  public String soFar() {
    return steps.reversed().stream()
        .map(step -> step instanceof Step.Model model ? model.message().text() : "")
        .filter(text -> !text.isBlank())
        .findFirst()
        .orElse("");
  }

  /** What a tool has said of a token that it was lent and that holds no more. */
  public Optional<String> expired() {
    return steps.stream()
        .map(step -> step instanceof Step.Tool tool ? tool.outcome().error() : null)
        .filter(error -> error != null && error.startsWith(EXPIRED))
        .findFirst();
  }

  /** Whether it was told something of ours before, for this reason. */
  public boolean wasTold(String why) {
    return steps.stream()
        .anyMatch(
            step ->
                step instanceof Step.Model model
                    && model.asked() != null
                    && model.asked().why().equals(why));
  }

  /** What was said after a step, in order. */
  public List<Message> said(int after) {
    var messages = new ArrayList<Message>();
    for (Step step : steps) {
      if (step.n() > after) {
        switch (step) {
          case Step.Model model -> {
            if (model.asked() != null) {
              messages.add(Message.user(model.asked().text()));
            }
            messages.add(model.message());
          }
          case Step.Tool tool -> messages.add(Message.tool(tool.callId(), tool.told()));
        }
      }
    }
    return messages;
  }

  /** Whether the next thing to do is to ask the model. */
  boolean nextIsModel() {
    return next() == null;
  }
}
