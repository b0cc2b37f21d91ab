package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest {
  private static final Duration KEEP = Duration.ofDays(1);

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.3.2.1", " "})
  void an_address_of_this_machine_alone_is_known(String host) {
    assertThat(new HttpSettings(host, 0, 1024, 1024, KEEP, null, null).onThisMachineOnly())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "no such host"})
  void an_address_that_others_reach_is_known(String host) {
    assertThat(new HttpSettings(host, 0, 1024, 1024, KEEP, null, null).onThisMachineOnly())
        .isFalse();
  }

  @Test
  void everything_that_is_wrong_is_told_at_once() {
    assertThatThrownBy(() -> new HttpSettings("", 70_000, 1, 0, Duration.ZERO, "a:1", "*"))
        .hasMessageContaining("MILLRACE_HTTP_NAMES")
        .hasMessageContaining("MILLRACE_HTTP_ORIGINS")
        .hasMessageContaining("MILLRACE_HTTP_PORT")
        .hasMessageContaining("MILLRACE_HTTP_LARGEST_REQUEST")
        .hasMessageContaining("MILLRACE_HTTP_LARGEST_UPLOAD")
        .hasMessageContaining("MILLRACE_HTTP_KEEP_UPLOADS");
  }
}
