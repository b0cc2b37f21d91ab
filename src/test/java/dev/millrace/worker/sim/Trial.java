package dev.millrace.worker.sim;

import dev.millrace.agent.loop.Takeovers;
import dev.millrace.intake.SummaryScene;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks for the first thing that the code on the class path breaks, in a process of its own. Prints
 * it and exits with 1, or exits with 0 when there is none.
 */
final class Trial {
  private static final int SEEDS = 1_500;

  /** In these something happens that happens seldom; tried first, they spare many others. */
  private static final List<Long> RARE = List.of(67L, 79L, 422L);

  private Trial() {}

  public static void main(String[] args) throws InterruptedException {
    try (var faultsOfOurs = new FaultsOfOurs()) {
      Thread.ofVirtual().start(() -> System.exit(broken(faultsOfOurs) ? 1 : 0)).join();
    }
  }

  private static boolean broken(FaultsOfOurs faultsOfOurs) {
    if (found("guards", Trial::guards)) {
      return true;
    }
    if (found("takeovers", Takeovers::broken) || found("summary", SummaryScene::broken)) {
      return true;
    }
    if (found("calm", () -> CrashPointTest.EVERYTHING.crashingAt(List.of()).broken())) {
      return true;
    }
    for (long seed : RARE) {
      if (found("seed " + seed, () -> Weather.broken(seed))) {
        return true;
      }
    }
    // Turn about, since nobody knows which of the two shows it first.
    int points = 2 * CrashPointTest.EVERYTHING.crashingAt(List.of()).effects();
    for (int i = 0; i < Math.max(points, SEEDS); i++) {
      int turn = i;
      if (found("seed " + (turn + 1), () -> Weather.broken(turn + 1))
          || (turn < points && found("crash at " + turn, () -> crashAt(turn)))) {
        return true;
      }
    }
    return found("log", faultsOfOurs::seen);
  }

  private static List<String> guards() {
    for (Consumer<GuardTest> scene :
        List.<Consumer<GuardTest>>of(
            GuardTest::a_later_turn_finishes_a_head_that_has_ended_and_lost_its_message,
            GuardTest::nothing_is_claimed_when_the_broker_says_that_the_lock_is_gone,
            GuardTest::a_message_is_not_settled_over_an_earlier_turn_that_was_claimed_under_it,
            GuardTest::nothing_is_claimed_that_is_not_to_run_here,
            GuardTest::nothing_is_claimed_by_a_worker_that_is_asked_to_stop,
            GuardTest::a_head_whose_log_is_lost_holds_up_no_later_turn,
            GuardTest::a_worker_whose_clock_is_late_waits_for_a_model_like_any_other,
            GuardTest::a_job_whose_place_in_line_was_lost_is_run_all_the_same,
            GuardTest::a_claimed_job_whose_message_is_lost_is_taken_over_by_a_redrive,
            GuardTest::a_job_that_kills_its_worker_kills_no_fifth_one)) {
      var test = new GuardTest();
      try {
        scene.accept(test);
      } finally {
        test.end();
      }
    }
    return List.of();
  }

  private static List<String> crashAt(int point) {
    return CrashPointTest.EVERYTHING.crashingAt(List.of(point)).broken();
  }

  private static boolean found(String where, Supplier<List<String>> run) {
    List<String> broken;
    try {
      broken = run.get();
    } catch (RuntimeException | Error e) {
      broken = List.of(e.toString());
    }
    if (!broken.isEmpty()) {
      System.out.println(where + ": " + broken.getFirst());
    }
    return !broken.isEmpty();
  }
}
