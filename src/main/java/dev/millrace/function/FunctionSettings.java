package dev.millrace.function;

import dev.millrace.worker.Patience;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * What the host of the functions does that it does not tell us.
 *
 * @param timeout after which it kills the process of a function that has not returned: the {@code
 *     functionTimeout} of {@code host.json}
 */
@ConfigurationProperties("millrace.function")
public record FunctionSettings(@Bindable(defaultValue = "10m") Duration timeout) {
  /** For what is left to do after the last call: an end to write, a result to publish. */
  static final Duration REST = Duration.ofSeconds(30);

  /** Less would leave no time to begin anything in. */
  private static final Duration SHORTEST =
      Patience.USUAL.longestCall().plus(REST).plus(Duration.ofMinutes(1));

  private static final Duration LONGEST = Duration.ofDays(1);

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public FunctionSettings {
    if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "millrace.function.timeout (MILLRACE_FUNCTION_TIMEOUT) must be from %s to %s, not %s."
                  .formatted(SHORTEST, LONGEST, timeout)
              + " Write the functionTimeout of host.json: one call of a model or of code may take"
              + " several minutes, and the host stops it with everything else.");
    }
  }
}
