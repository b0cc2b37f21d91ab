package dev.millrace.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a job costs its store, where nothing goes wrong. */
class CostTest {
  private final World world = new World(1);
  private final Cluster cluster = new Cluster(world, false);

  @AfterEach
  void end() {
    world.sim.end();
  }

  @Test
  void a_job_of_six_steps_over_http_takes_at_most_18_writes() {
    run(Plan.of(Script.of("J0", 2, 1)));

    assertThat(writes()).as("%s", world.store.writes()).isLessThanOrEqualTo(18);
  }

  @Test
  void a_job_of_six_steps_by_message_takes_at_most_18_writes() {
    run(Plan.of(Script.of("J0", 2, 1)).byMessage());

    assertThat(writes()).as("%s", world.store.writes()).isLessThanOrEqualTo(18);
  }

  @Test
  void a_job_of_six_steps_in_a_conversation_with_two_targets_takes_three_writes_more() {
    run(Plan.of(Script.of("J0", 2, 1)).in("talk").answeredTo(SimBroker.REPLIES));

    // Queued, Turn and the second Published; the log of the conversation is made but once
    assertThat(writes() - 1).as("%s", world.store.writes()).isLessThanOrEqualTo(18 + 3);
  }

  /** Sixty-four turns at a time, so that each window holds one snapshot. */
  @Test
  void the_thousandth_turn_of_a_conversation_writes_no_more_than_the_tenth() {
    world.model.terse = true;
    var upTo = new long[1001];
    for (int turn = 1; turn <= 1000; turn++) {
      run(Plan.of(Script.of("J%04d".formatted(turn), 1)).in("talk"));
      upTo[turn] = world.store.bytesWritten();
    }

    long early = upTo[73] - upTo[9];
    long late = upTo[1000] - upTo[936];
    // but for the digits of what is counted: sequence numbers, turns, positions
    assertThat(late).isLessThanOrEqualTo(early + 64 * 8);
  }

  private void run(Plan plan) {
    if (cluster.workers.isEmpty()) {
      cluster.startWorker();
    }
    cluster.clientOf(plan, Duration.ZERO);
    cluster.runUntilQuiet();
    assertThat(world.store.names("open/")).isEmpty();
  }

  private int writes() {
    return world.store.writes().values().stream().mapToInt(Integer::intValue).sum();
  }
}
