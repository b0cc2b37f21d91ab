package dev.millrace.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** L2: a process dies at every point where it could. */
class CrashPointTest {
  private static final FaultsOfOurs FAULTS_OF_OURS = new FaultsOfOurs();

  @AfterAll
  static void nothing_went_wrong_in_ways_that_no_weather_excuses() {
    assertThat(FAULTS_OF_OURS.seen()).isEmpty();
    FAULTS_OF_OURS.close();
  }

  /** Two targets, a turn, a wake-up, a released session, files, a direct message, a cancel. */
  static final CrashPoints EVERYTHING =
      new CrashPoints(
          List.of(
              Plan.of(Script.of("J0", 2)).in("talk").answeredTo(SimBroker.REPLIES),
              Plan.of(Script.of("J1", 1)).in("talk"),
              Plan.of(Script.of("J2", 1)).byMessage(),
              Plan.of(Script.of("J3")).in("talk").canceled()));

  private static final CrashPoints TWO_TOOLS =
      new CrashPoints(List.of(Plan.of(Script.of("J0", 2)).byMessage()));

  @Test
  void a_death_at_any_point_breaks_nothing() {
    CrashPoints.Run calm = EVERYTHING.crashingAt(List.of());
    assertThat(calm.broken()).isEmpty();
    assertThat(calm.effects()).as("the scenario does something").isGreaterThan(60);

    for (int point = 0; point < 2 * calm.effects(); point++) {
      var run = EVERYTHING.crashingAt(List.of(point));
      assertThat(run.broken()).as("crash at point %d of %s", point, run.trace()).isEmpty();
    }
  }

  @Test
  void two_deaths_at_any_points_break_nothing() {
    int effects = TWO_TOOLS.crashingAt(List.of()).effects();
    for (int first = 0; first < 2 * effects; first++) {
      int afterwards = TWO_TOOLS.crashingAt(List.of(first)).effects();
      for (int second = first + 1; second < 2 * afterwards; second++) {
        var run = TWO_TOOLS.crashingAt(List.of(first, second));
        assertThat(run.broken())
            .as("crash at points %d and %d of %s", first, second, run.trace())
            .isEmpty();
      }
    }
  }
}
