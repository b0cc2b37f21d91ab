package dev.millrace;

import dev.millrace.job.Secret;
import io.micronaut.context.annotation.ConfigurationProperties;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What every process of one installation has in common.
 *
 * @param secret from which keys are made that nobody may guess
 */
@ConfigurationProperties("millrace")
record InstallationSettings(@Nullable String secret) {
  private static final int SHORTEST = 32;
  static final String HOW =
      "at least 32 characters that nobody can guess, the same in every process and ever after, as"
          + " from: openssl rand -hex 32";

  /**
   * @throws IllegalArgumentException when it cannot be used
   */
  InstallationSettings {
    secret = secret == null || secret.isBlank() ? null : secret.strip();
    if (secret != null && secret.length() < SHORTEST) {
      throw new IllegalArgumentException(
          "millrace.secret (MILLRACE_SECRET) is too short. It must be " + HOW + ".");
    }
  }

  Optional<Secret> configured() {
    return Optional.ofNullable(secret)
        .map(text -> new Secret(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "InstallationSettings[]";
  }
}
