package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SharesTest {
  private final SettableClock clock = new SettableClock();
  private final Shares shares = new Shares(2, clock);

  private Optional<Duration> begin(String tenant) {
    return shares.begin(tenant, false);
  }

  @Test
  void a_tenant_has_as_many_as_it_may_and_others_have_theirs() {
    assertThat(begin("red")).isEmpty();
    assertThat(begin("red")).isEmpty();

    assertThat(begin("red")).isPresent();
    assertThat(begin("blue")).isEmpty();

    shares.over("red", Optional.of(Duration.ofSeconds(1)));
    assertThat(begin("red")).isEmpty();
  }

  @Test
  void a_flood_comes_again_one_by_one_at_the_pace_at_which_jobs_end() {
    begin("red");
    begin("red");

    List<Duration> pauses = Stream.generate(() -> begin("red").orElseThrow()).limit(6).toList();

    assertThat(pauses)
        .extracting(Duration::toMillis)
        .containsExactly(500L, 1000L, 1500L, 2000L, 2500L, 3000L);

    clock.advance(Duration.ofSeconds(10));
    assertThat(begin("red").orElseThrow()).as("they all have come").hasMillis(500);
    shares.over("red", Optional.of(Duration.ofSeconds(9)));
    begin("red");
    assertThat(begin("red").orElseThrow())
        .as("jobs take longer")
        .isGreaterThan(Duration.ofSeconds(1));
  }

  @Test
  void what_was_learned_holds_while_somebody_is_in_line() {
    begin("red");
    begin("red");
    begin("red");
    shares.over("red", Optional.of(Duration.ofSeconds(41)));
    shares.over("red", Optional.empty());
    begin("red");
    begin("red");

    assertThat(begin("red").orElseThrow()).isGreaterThan(Duration.ofSeconds(5));
  }

  @Test
  void nobody_is_sent_away_for_longer_than_minutes() {
    begin("red");
    begin("red");

    assertThat(Stream.generate(() -> begin("red").orElseThrow()).limit(5_000))
        .allMatch(pause -> pause.compareTo(Duration.ofMinutes(5)) <= 0);
  }

  @Test
  void what_may_not_step_back_runs_and_counts() {
    begin("red");
    begin("red");

    assertThat(shares.begin("red", true)).isEmpty();
    shares.over("red", Optional.of(Duration.ofSeconds(1)));
    assertThat(begin("red")).isPresent();
  }

  @Test
  void without_a_limit_everybody_runs() {
    var any = new Shares(0, clock);

    assertThat(Stream.generate(() -> any.begin("red", false)).limit(100))
        .allMatch(Optional::isEmpty);
  }
}
