package dev.millrace.job.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
  private static final String NINE_PAST = "Sat, 21 Nov 2026 12:00:09 GMT";

  @Test
  void seconds_are_seconds_and_milliseconds_are_more_exact() {
    asks(Map.of("Retry-After", "7"), Duration.ofSeconds(7));
    asks(Map.of("Retry-After", "0.5"), Duration.ofMillis(500));
    asks(Map.of("Retry-After", "7", "retry-after-ms", "6800"), Duration.ofMillis(6800));
  }

  @Test
  void a_date_is_counted_from_the_clock_of_who_says_it() {
    asks(
        Map.of("Retry-After", NINE_PAST, "Date", "Sat, 21 Nov 2026 12:00:05 GMT"),
        Duration.ofSeconds(4));
    asks(Map.of("Retry-After", NINE_PAST, "Date", "Sat, 21 Nov 2026 13:00:00 GMT"), Duration.ZERO);
  }

  @Test
  void what_says_nothing_is_nothing() {
    for (var said : new String[] {"", "soon", "-1", "99999999999", "NaN", NINE_PAST}) {
      assertThat(RetryAfter.in(Map.of("Retry-After", said)::get)).isEmpty();
    }
    assertThat(RetryAfter.in(name -> null)).isEmpty();
  }

  private void asks(Map<String, String> headers, Duration expected) {
    assertThat(RetryAfter.in(headers::get)).contains(expected);
  }
}
