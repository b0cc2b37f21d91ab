package dev.millrace.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.session.SessionSettings.Local;
import dev.millrace.session.pool.PoolKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSettingsTest {
  private static final String POOL =
      "https://westeurope.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p";
  private static final Local LOCAL = new Local("", 2048, 1024, 50, Duration.ofMinutes(5), false);

  @Test
  void empty_values_count_as_none() {
    var settings = new SessionSettings(" ", "", " ", LOCAL);

    assertThat(settings.chosen()).isFalse();
    assertThat(settings.poolKind()).isEqualTo(PoolKind.BUILT_IN);
    assertThat(settings.version().name()).isEqualTo("2025-10-02-preview");
    assertThat(settings.local().python()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        POOL,
        "https://pool.env.westeurope.azurecontainerapps.io",
        "http://127.0.0.1:6000",
        "http://localhost:6000/"
      })
  void an_endpoint_is_the_address_of_a_pool(String endpoint) {
    assertThat(settings(endpoint).chosen()).isTrue();
  }

  /** A token must not go over a network in clear text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pool",
        "https://",
        "http://pool.example",
        "https://user:geheim@pool.example",
        POOL + "?identifier=geheim",
        POOL + "#part"
      })
  void anything_else_is_no_endpoint(String endpoint) {
    assertThatThrownBy(() -> settings(endpoint))
        .hasMessageStartingWith(
            "millrace.sessions.endpoint (MILLRACE_SESSIONS_ENDPOINT) must be like https://")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void a_custom_pool_is_one_of_our_container() {
    assertThat(new SessionSettings(POOL, "Custom", "", LOCAL).poolKind())
        .isEqualTo(PoolKind.CUSTOM);
  }

  @Test
  void all_that_is_wrong_is_said_at_once() {
    assertThatThrownBy(
            () ->
                new SessionSettings(
                    "pool",
                    "other",
                    "newest",
                    new Local("~/python", 1, 0, 0, Duration.ZERO, false)))
        .message()
        .hasLineCount(8)
        .contains("MILLRACE_SESSIONS_KIND", "MILLRACE_SESSIONS_API_VERSION")
        .contains("MILLRACE_SESSIONS_LOCAL_COOL_DOWN", "MILLRACE_SESSIONS_LOCAL_MEMORY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2023-01-01", "2025", "2024-02-01-preview", "latest"})
  void a_version_was_published_once(String version) {
    assertThatThrownBy(() -> new SessionSettings(POOL, "", version, LOCAL))
        .hasMessageContaining("MILLRACE_SESSIONS_API_VERSION");
  }

  private static SessionSettings settings(@Nullable String endpoint) {
    return new SessionSettings(endpoint, "", "", LOCAL);
  }
}
