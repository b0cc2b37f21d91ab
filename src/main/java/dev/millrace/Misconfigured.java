package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nothing runs until a person has mended this; each finding is a sentence that says how. */
final class Misconfigured extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ArrayList<String> findings;

  Misconfigured(List<String> findings, @Nullable Throwable cause) {
    super(
        findings.size() == 1
            ? findings.getFirst()
            : "Mend this, then start again:\n  " + String.join("\n  ", findings),
        cause);
    this.findings = new ArrayList<>(findings);
  }

  List<String> findings() {
    return List.copyOf(findings);
  }
}
