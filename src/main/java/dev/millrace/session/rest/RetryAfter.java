package dev.millrace.session.rest;

import java.net.http.HttpHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a pool asks to be left alone, where it says so in seconds. */
final class RetryAfter {
  private RetryAfter() {}

  static @Nullable Duration in(HttpHeaders headers) {
    return headers
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)))
        .orElse(null);
  }
}
