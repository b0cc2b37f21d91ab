package dev.millrace.security.token;

import static dev.millrace.security.token.TestIssuer.FIRST;
import static dev.millrace.security.token.TestIssuer.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Unavailable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys come, go, and cannot be had for a while; the clock is the test's. */
class KeysTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private TestIssuer issuer;
  private Keys keys;

  @BeforeEach
  void start() throws IOException {
    issuer = new TestIssuer();
    keys = new Keys(URI.create(issuer.address()), issuer.clock);
    assertThat(keys.find("first")).isPresent();
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void keys_are_asked_for_once() {
    for (int i = 0; i < 100; i++) {
      keys.find("first");
    }

    assertThat(issuer.asked).hasValue(1);
  }

  @Test
  void a_new_key_is_found_at_once() {
    issuer.publish(FIRST, SECOND);

    assertThat(keys.find("second")).isPresent();
  }

  @Test
  void a_flood_of_keys_that_nobody_has_asks_twice_at_most_and_hides_no_key() {
    for (int i = 0; i < 1000; i++) {
      assertThat(keys.find("unknown-" + i)).isEmpty();
    }

    assertThat(issuer.asked.get()).isLessThanOrEqualTo(3);
    assertThat(keys.find("first")).isPresent();

    issuer.publish(FIRST, SECOND);
    issuer.clock.advance(Keys.BETWEEN.plus(MOMENT));
    assertThat(keys.find("second")).isPresent();
  }

  @Test
  void a_key_that_was_taken_back_is_refused_when_the_set_is_no_longer_fresh() {
    issuer.publish(SECOND);

    assertThat(keys.find("first")).isPresent();
    issuer.clock.advance(Keys.FRESH.plus(MOMENT));
    assertThat(keys.find("first")).isEmpty();
  }

  @Test
  void the_last_keys_do_while_the_issuer_is_away_but_not_for_ever() {
    issuer.away = true;

    issuer.clock.advance(Keys.FRESH.plus(MOMENT));
    assertThat(keys.find("first")).isPresent();
    issuer.clock.advance(Keys.STALE.minus(Keys.FRESH).minus(MOMENT).minus(MOMENT));
    assertThat(keys.find("first")).isPresent();
    issuer.clock.advance(Keys.FRESH.plus(MOMENT));
    assertThatThrownBy(() -> keys.find("first")).isInstanceOf(Unavailable.class);

    issuer.away = false;
    issuer.clock.advance(Keys.BETWEEN.plus(MOMENT));
    assertThat(keys.find("first")).isPresent();
  }

  @Test
  void an_issuer_that_never_answered_is_not_taken_for_one_without_keys() {
    issuer.away = true;
    var fresh = new Keys(URI.create(issuer.address()), issuer.clock);

    assertThatThrownBy(() -> fresh.find("first"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("keys");
  }
}
