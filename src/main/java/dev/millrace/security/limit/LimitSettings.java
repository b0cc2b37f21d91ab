package dev.millrace.security.limit;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How much is allowed; 0 for as much as there is.
 *
 * @param requests of one caller in a minute, to one process
 * @param jobs of one tenant that are unfinished at a time, wherever they came in
 * @param running jobs of one tenant in one process at a time; what is more steps back
 * @param tokens that the jobs of one tenant may use together, of those that came in to one process
 *     over HTTP in an hour; a job counts with the most it may use
 */
@ConfigurationProperties("millrace.limits")
public record LimitSettings(
    @Bindable(defaultValue = "0") long requests,
    @Bindable(defaultValue = "0") int jobs,
    @Bindable(defaultValue = "0") int running,
    @Bindable(defaultValue = "0") long tokens) {

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public LimitSettings {
    var given =
        new TreeMap<>(
            Map.of(
                "requests",
                requests,
                "jobs",
                (long) jobs,
                "running",
                (long) running,
                "tokens",
                tokens));
    String faults =
        given.entrySet().stream()
            .filter(setting -> setting.getValue() < 0)
            .map(
                setting ->
                    "millrace.limits.%s (MILLRACE_LIMITS_%s) must be 0, for no limit, or more, not %d."
                        .formatted(
                            setting.getKey(),
                            setting.getKey().toUpperCase(Locale.ROOT),
                            setting.getValue()))
            .collect(Collectors.joining("\n"));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(faults);
    }
  }
}
