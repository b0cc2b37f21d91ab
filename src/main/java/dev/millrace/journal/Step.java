package dev.millrace.journal;

import dev.millrace.job.Artifact;
import dev.millrace.job.Message;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One finished step of a job. Every model answer and every tool call takes the next number. */
public sealed interface Step {
  int n();

  /** A model answered. */
  record Model(
      int n,
      String model,
      Message message,
      Usage usage,
      @Nullable Map<String, Object> modelState,
      double seconds)
      implements Step {}

  /** A tool answered. */
  record Tool(
      int n, String callId, ToolOutcome outcome, List<Artifact> artifacts, boolean reexecuted)
      implements Step {}
}
