package dev.millrace.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** L1: bad weather, seed by seed, in one thread at a time. */
class SimulationTest {
  @Test
  void every_invariant_holds_in_any_weather() {
    int seeds = Integer.getInteger("millrace.seeds", 500);
    long first = Long.getLong("millrace.seed", 1);
    for (long seed = first; seed < first + seeds; seed++) {
      assertThat(Weather.broken(seed))
          .as("seed %d: run with -Dmillrace.seed=%d -Dmillrace.seeds=1", seed, seed)
          .isEmpty();
    }
  }
}
