package dev.millrace.job;

import org.jspecify.annotations.Nullable;

/**
 * What a tool call came to. What the code did wrong is data.
 *
 * @param result the value of the last expression, or a tool's whole answer
 * @param error what went wrong, in words a model can act on
 * @param truncated whether an output was cut at its cap
 * @param note what else there is to know: which files are not there, what became of the session
 */
public record ToolOutcome(
    String stdout,
    String stderr,
    @Nullable String result,
    @Nullable String error,
    boolean truncated,
    double seconds,
    @Nullable String note) {

  /** One with nothing to note. */
  public ToolOutcome(
      String stdout,
      String stderr,
      @Nullable String result,
      @Nullable String error,
      boolean truncated,
      double seconds) {
    this(stdout, stderr, result, error, truncated, seconds, null);
  }

  public static ToolOutcome of(String result) {
    return new ToolOutcome("", "", result, null, false, 0);
  }

  public static ToolOutcome error(String error) {
    return new ToolOutcome("", "", null, error, false, 0);
  }

  public ToolOutcome took(double measured) {
    return new ToolOutcome(stdout, stderr, result, error, truncated, measured, note);
  }

  /** The outcome as a model reads it. */
  public String text() {
    var text = new StringBuilder();
    section(text, "", stdout);
    section(text, "stderr:\n", stderr);
    section(text, "", result);
    section(text, "error: ", error);
    section(text, "note: ", note);
    return text.isEmpty() ? "(no output)" : text.toString();
  }

  private static void section(StringBuilder text, String label, @Nullable String content) {
    if (content != null && !content.isEmpty()) {
      text.append(text.isEmpty() ? "" : "\n").append(label).append(content);
    }
  }
}
