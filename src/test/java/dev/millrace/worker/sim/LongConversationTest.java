package dev.millrace.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A long line of turns, and workers that do not live long. */
@Tag("full")
class LongConversationTest {
  private static final int TURNS = 1_000;

  @Test
  void a_thousand_turns_whose_workers_die_every_three_turns_run_in_their_order() {
    var world = new World(1);
    var cluster = new Cluster(world, false);
    for (int i = 0; i < TURNS; i++) {
      cluster.clientOf(Plan.of(Script.of("J" + i)).in("talk"), Duration.ofSeconds(i));
    }
    cluster.startWorker();
    cluster.startWorker();
    for (int turns = 3; turns <= TURNS; turns += 3) {
      int soMany = turns;
      world.sim.run(() -> world.broker.published().size() >= soMany);
      cluster.workers.stream().map(worker -> worker.proc).toList().forEach(world.sim::crash);
    }

    cluster.runUntilQuiet();

    List<String> broken = new Checker(world).check();
    world.sim.end();
    assertThat(broken).isEmpty();
    assertThat(world.broker.published()).hasSizeGreaterThanOrEqualTo(TURNS);
  }
}
