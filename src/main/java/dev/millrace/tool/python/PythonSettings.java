package dev.millrace.tool.python;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;

/**
 * How Python is run for models.
 *
 * @param timeout after which one cell is stopped
 * @param output how many characters of each output a model is shown
 * @param files how many files are kept of one cell
 * @param largestFile in MiB; a larger one is not kept
 */
@ConfigurationProperties("millrace.python")
public record PythonSettings(
    @Bindable(defaultValue = "200s") Duration timeout,
    @Bindable(defaultValue = "20000") int output,
    @Bindable(defaultValue = "100") int files,
    @Bindable(defaultValue = "100") int largestFile) {
  /** The pools of Azure stop at 220 seconds; the loop itself gives a call up after 300. */
  private static final Duration LONGEST = Duration.ofSeconds(280);

  public static final PythonSettings USUAL =
      new PythonSettings(Duration.ofSeconds(200), 20_000, 100, 100);

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public PythonSettings {
    var faults = new ArrayList<String>();
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
      faults.add(fault("timeout", "must be from 1s to 280s, not " + timeout + "."));
    }
    if (output < 200 || output > 1_000_000) {
      faults.add(fault("output", "must be 200 to 1000000 (characters), not " + output + "."));
    }
    if (files < 0 || files > 10_000) {
      faults.add(fault("files", "must be 0 to 10000, not " + files + "."));
    }
    if (largestFile < 1 || largestFile > 10_000) {
      faults.add(fault("largest-file", "must be 1 to 10000 (MiB), not " + largestFile + "."));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  private static String fault(String key, String sentence) {
    String full = "millrace.python." + key;
    return "%s (%s) %s"
        .formatted(
            full, full.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), sentence);
  }
}
