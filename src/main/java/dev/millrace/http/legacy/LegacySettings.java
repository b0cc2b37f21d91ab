package dev.millrace.http.legacy;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * What can be chosen of the routes of earlier systems.
 *
 * @param patience how long an answer is waited for
 * @param health whether {@code /api/health} is there
 */
@ConfigurationProperties("millrace.legacy")
public record LegacySettings(
    @Bindable(defaultValue = "80s") Duration patience,
    @Bindable(defaultValue = "true") boolean health) {
  /** The server cuts a connection on which nothing moves soon after. */
  private static final Duration LONGEST = Duration.ofSeconds(85);

  /**
   * @throws IllegalArgumentException when it cannot be used
   */
  public LegacySettings {
    if (!patience.isPositive() || patience.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "millrace.legacy.patience (MILLRACE_LEGACY_PATIENCE) must be more than nothing and at"
              + " most 85s,"
              + " not %s.".formatted(patience));
    }
  }
}
