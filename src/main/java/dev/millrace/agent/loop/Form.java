package dev.millrace.agent.loop;

import dev.millrace.job.Finding;
import dev.millrace.tool.schema.JsonSchema;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether an answer has the form that was asked for. */
sealed interface Form {
  /** It has; this is what it says. */
  record Kept(@Nullable Object value) implements Form {}

  /** It has not. */
  record Broken(List<Finding> findings) implements Form {
    /** What the model is told. */
    String repair() {
      return findings.stream()
          .map(finding -> "- " + (finding.at() + " " + finding.problem()).strip())
          .collect(
              Collectors.joining(
                  "\n",
                  "Your answer does not follow the schema that was asked for:\n",
                  "\nAnswer again with the whole JSON, mended, and nothing else."));
    }
  }

  /** No answer can have it: the request's schema is none. */
  record Impossible(Finding why) implements Form {}

  static Form of(Map<String, Object> schema, String answer) {
    JsonSchema form;
    try {
      form = JsonSchema.of(schema);
    } catch (IllegalArgumentException e) {
      return new Impossible(new Finding("/responseSchema", String.valueOf(e.getMessage())));
    }
    var checked = form.check(answer);
    return checked.findings().isEmpty()
        ? new Kept(checked.value())
        : new Broken(checked.findings());
  }
}
