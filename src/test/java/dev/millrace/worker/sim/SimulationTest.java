package dev.millrace.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * L1: bad weather, seed by seed. One world is one thread at a time; two worlds run side by side.
 */
class SimulationTest {
  @Test
  void every_invariant_holds_in_any_weather() {
    int seeds = Integer.getInteger("millrace.seeds", 500);
    long first = Long.getLong("millrace.seed", 1);
    var broken = new ConcurrentSkipListMap<Long, Object>();
    try (var faultsOfOurs = new FaultsOfOurs();
        var worlds = Executors.newFixedThreadPool(2, Thread.ofVirtual().factory())) {
      LongStream.range(first, first + seeds)
          .forEach(seed -> worlds.submit(() -> blow(seed, broken)));
      worlds.close();
      assertThat(broken).as("seeds; run one with -Dmillrace.seed=N -Dmillrace.seeds=1").isEmpty();
      assertThat(faultsOfOurs.seen()).isEmpty();
    }
  }

  private static void blow(long seed, Map<Long, Object> broken) {
    try {
      var found = Weather.broken(seed);
      if (!found.isEmpty()) {
        broken.put(seed, found);
      }
    } catch (RuntimeException | Error e) {
      broken.put(seed, e);
    }
  }
}
