package dev.millrace.http.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A finished step of a job on the wire. */
public sealed interface StepView {
  /** A model answered. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Model(int n, String type, String text, List<Call> toolCalls, Tokens usage, double seconds)
      implements StepView {}

  /** What the model wants called. */
  @Serdeable
  record Call(String id, String name, Map<String, Object> arguments) {}

  /** What the answer took. */
  @Serdeable
  record Tokens(long inputTokens, long outputTokens) {}

  /** A tool answered. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Tool(
      int n,
      String type,
      String tool,
      String callId,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String code,
      String stdout,
      String stderr,
      @Nullable String result,
      @Nullable String error,
      boolean truncated,
      @Nullable String note,
      List<String> artifacts,
      double seconds,
      boolean reexecuted)
      implements StepView {}
}
