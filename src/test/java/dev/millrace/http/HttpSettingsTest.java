package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.3.2.1", " "})
  void an_address_of_this_machine_alone_is_taken(String host) {
    assertThat(new HttpSettings(host, 0, 1024, 1024).host()).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "no such host"})
  void an_address_that_others_reach_is_refused(String host) {
    assertThatThrownBy(() -> new HttpSettings(host, 0, 1024, 1024))
        .hasMessageContaining("MILLRACE_HTTP_HOST");
  }

  @Test
  void everything_that_is_wrong_is_told_at_once() {
    assertThatThrownBy(() -> new HttpSettings("0.0.0.0", 70_000, 1, 0))
        .hasMessageContaining("MILLRACE_HTTP_HOST")
        .hasMessageContaining("MILLRACE_HTTP_PORT")
        .hasMessageContaining("MILLRACE_HTTP_LARGEST_REQUEST")
        .hasMessageContaining("MILLRACE_HTTP_LARGEST_UPLOAD");
  }
}
