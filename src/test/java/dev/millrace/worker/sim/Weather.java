package dev.millrace.worker.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A seeded stretch of bad weather, then calm for as long as it takes. */
final class Weather {
  private static final Duration STORM = Duration.ofMinutes(20);

  private final World world;
  private final Cluster cluster;
  private final Sim sim;
  private final Random random;
  private final boolean sweeping;

  Weather(World world, boolean sweeping) {
    this.world = world;
    this.sweeping = sweeping;
    this.cluster = new Cluster(world, sweeping);
    this.sim = world.sim;
    this.random = sim.random;
  }

  /** Everything that one seed breaks. */
  static List<String> broken(long seed) {
    var world = new World(seed);
    try {
      new Weather(world, seed % 3 != 0).blow();
      var broken = new ArrayList<>(new Checker(world).check());
      broken.addAll(world.orders.broken());
      return broken;
    } finally {
      world.sim.end();
    }
  }

  void blow() {
    // Without a sweeper, nothing may fail that only a sweeper mends: lost messages, lost answers.
    world.faults.byChance(
        random.nextDouble() * 0.01, sweeping ? random.nextDouble() * 0.03 : 0, sweeping);
    world.skewing = random.nextBoolean();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      cluster.startWorker();
    }
    int jobs = 3 + random.nextInt(10);
    boolean poison = random.nextInt(10) == 0;
    for (int i = 0; i < jobs; i++) {
      Plan plan = plan("J" + i, poison && i == 0);
      cluster.clientOf(plan, Duration.ofSeconds(random.nextInt(300)));
    }
    nature();
    sim.run(() -> sim.millis() >= STORM.toMillis() && cluster.answered());
    world.faults.stop();
    world.model.down = false;
    world.tools.down = false;
    cluster.runUntilQuiet();
  }

  private Plan plan(String name, boolean poison) {
    Integer[] calls = new Integer[random.nextInt(4)];
    for (int i = 0; i < calls.length; i++) {
      calls[i] = 1 + random.nextInt(2);
    }
    Script script = Script.of(name, calls);
    return new Plan(
        poison ? script.killing() : script,
        random.nextInt(3) > 0 ? "talk-" + random.nextInt(2) : null,
        random.nextBoolean(),
        random.nextInt(10) == 0,
        random.nextInt(4) == 0
            ? (sweeping && random.nextInt(3) == 0 ? "nowhere" : SimBroker.REPLIES)
            : null,
        random.nextInt(10) == 0 ? Sim.EPOCH.plusSeconds(60 + random.nextInt(900)) : null,
        random.nextInt(6) == 0);
  }

  /** Everything that befalls processes from outside. */
  private void nature() {
    var nature = new Sim.Proc("nature", false);
    sim.spawn(
        nature,
        "nature",
        () -> {
          while (world.faults.active()) {
            sim.pause(Duration.ofSeconds(5 + random.nextInt(60)));
            befall();
          }
        });
  }

  private void befall() {
    List<SimWorker> workers = cluster.workers;
    if (workers.isEmpty() || !world.faults.active()) {
      return;
    }
    SimWorker victim = workers.get(random.nextInt(workers.size()));
    switch (random.nextInt(8)) {
      case 0 -> world.model.down = !world.model.down;
      case 1 -> world.tools.down = !world.tools.down;
      case 2 -> world.tools.loseOneSession();
      case 3 -> {
        long thaw = sim.millis() + random.nextInt(120_000);
        victim.proc.frozenUntil = thaw;
        // awake again, it learns of a lost lock only when it renews
        world.faults.excuseAll(victim.proc.name, thaw + SimBroker.LOCK.toMillis());
      }
      case 4 -> {
        if (world.skewing) {
          victim.proc.skew = Duration.ofSeconds(random.nextInt(1200) - 600);
        }
      }
      case 5 -> sim.crash(victim.proc);
      case 6 -> {
        victim.stop();
        sim.waitUntil(victim::stopped, Duration.ofMinutes(3));
        if (!victim.proc.dead) {
          sim.crash(victim.proc);
        }
      }
      default -> {}
    }
  }
}
