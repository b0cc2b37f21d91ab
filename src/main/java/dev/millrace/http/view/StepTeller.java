package dev.millrace.http.view;

import dev.millrace.job.Artifact;
import dev.millrace.job.ToolCall;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells steps, in order: what a tool was asked stands in the model's answer before it. */
public final class StepTeller {
  private final List<ToolCall> asked = new ArrayList<>();

  public StepView tell(Step step) {
    return switch (step) {
      case Step.Model model -> {
        asked.addAll(model.message().toolCalls());
        yield new StepView.Model(
            model.n(),
            "model",
            model.message().text(),
            model.message().toolCalls().stream()
                .map(call -> new StepView.Call(call.id(), call.name(), call.arguments()))
                .toList(),
            new StepView.Tokens(model.usage().inputTokens(), model.usage().outputTokens()),
            model.seconds());
      }
      case Step.Tool tool -> {
        ToolCall call = taken(tool.callId());
        var outcome = tool.outcome();
        yield new StepView.Tool(
            tool.n(),
            "tool",
            call == null ? "" : call.name(),
            tool.callId(),
            call != null && call.arguments().get("code") instanceof String code ? code : null,
            outcome.stdout(),
            outcome.stderr(),
            outcome.result(),
            outcome.error(),
            outcome.truncated(),
            outcome.note(),
            tool.artifacts().stream().map(Artifact::name).toList(),
            outcome.seconds(),
            tool.reexecuted());
      }
    };
  }

  /** The ids are the model's and may repeat: the first that is unanswered is meant. */
  private @Nullable ToolCall taken(String callId) {
    for (int i = 0; i < asked.size(); i++) {
      if (asked.get(i).id().equals(callId)) {
        return asked.remove(i);
      }
    }
    return null;
  }

  /** The step that an entry finishes; null where it finishes none. */
  public @Nullable StepView tell(Entry entry) {
    return switch (entry) {
      case Entry.ModelDone done ->
          tell(
              new Step.Model(
                  done.step(),
                  done.model(),
                  done.message(),
                  done.usage(),
                  done.modelState(),
                  done.seconds(),
                  done.parent(),
                  done.asked()));
      case Entry.ToolDone done ->
          tell(
              new Step.Tool(
                  done.step(),
                  done.callId(),
                  done.outcome(),
                  done.artifacts(),
                  done.reexecuted(),
                  done.parent(),
                  null,
                  null,
                  Instant.EPOCH));
      case Entry.Submitted none -> null;
      case Entry.Enqueued none -> null;
      case Entry.Claimed none -> null;
      case Entry.Summarized none -> null;
      case Entry.ToolIntent none -> null;
      case Entry.Released none -> null;
      case Entry.CancelRequested none -> null;
      case Entry.Ended none -> null;
      case Entry.Published none -> null;
    };
  }
}
