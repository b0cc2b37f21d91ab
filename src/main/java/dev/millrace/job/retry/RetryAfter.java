package dev.millrace.job.retry;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How long a server asks to be left alone: in milliseconds, in seconds, or until a date. */
public final class RetryAfter {
  private RetryAfter() {}

  /**
   * @param header gives the value of a header, or null
   */
  public static Optional<Duration> in(Function<String, @Nullable String> header) {
    String said = header.apply("Retry-After");
    return number(header.apply("retry-after-ms"))
        .map(millis -> Duration.ofNanos(Math.round(millis * 1e6)))
        .or(() -> number(said).map(seconds -> Duration.ofNanos(Math.round(seconds * 1e9))))
        .or(() -> date(said).flatMap(until -> from(header.apply("Date"), until)));
  }

  private static Optional<Double> number(@Nullable String text) {
    return Optional.ofNullable(text)
        .map(String::strip)
        .filter(digits -> digits.matches("\\d{1,6}(\\.\\d{1,9})?"))
        .map(Double::valueOf);
  }

  /** By the clock of who says so: ours may differ. */
  private static Optional<Duration> from(@Nullable String now, Instant until) {
    return date(now)
        .map(then -> Duration.between(then, until))
        .map(pause -> pause.isNegative() ? Duration.ZERO : pause);
  }

  private static Optional<Instant> date(@Nullable String text) {
    try {
      return text == null
          ? Optional.empty()
          : Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip())));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
