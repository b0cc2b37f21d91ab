package dev.millrace.worker.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * One scripted scenario, run once for each set of points at which a process dies. Point 2n is
 * before the n-th effect, 2n + 1 after it and before its answer.
 */
final class CrashPoints {
  private final List<Plan> plans;

  CrashPoints(List<Plan> plans) {
    this.plans = plans;
  }

  /** What one run showed. */
  record Run(int effects, List<String> broken, List<String> trace) {}

  Run crashingAt(List<Integer> points) {
    var world = new World(1);
    var cluster = new Cluster(world, false);
    world.faults.at(points);
    try {
      cluster.startWorker();
      for (int i = 0; i < plans.size(); i++) {
        cluster.clientOf(plans.get(i), java.time.Duration.ofMillis(200L * i));
      }
      cluster.runUntilQuiet();
      var broken = new ArrayList<>(new Checker(world).check());
      broken.addAll(world.orders.broken());
      return new Run(world.faults.effects().size(), broken, world.faults.effects());
    } finally {
      world.sim.end();
    }
  }
}
