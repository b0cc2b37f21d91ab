package dev.millrace.worker.sim;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.Verdict;
import dev.millrace.job.Unavailable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One worker process: a pump that takes deliveries and keeps their locks, and a sweeper. */
final class SimWorker {
  private static final int SLOTS = 3;
  private static final Duration IDLE = Duration.ofMillis(500);

  private final World world;
  private final Sim sim;
  final Sim.Proc proc;
  private final World.Node node;
  private int busy;
  private int handled;
  private boolean stopping;
  private int waiting;
  private boolean solitude;

  /**
   * @param sweepEvery null for a worker that never sweeps
   */
  SimWorker(World world, String name, @Nullable Duration sweepEvery) {
    this.world = world;
    this.sim = world.sim;
    this.proc = new Sim.Proc(name, true);
    this.node = world.node(proc);
    sim.spawn(proc, name + " pump", this::pump).delivery = name + " pump";
    if (sweepEvery != null) {
      sim.spawn(proc, name + " sweeper", () -> sweep(sweepEvery)).delivery = name + " sweeper";
    }
  }

  /** Takes nothing new, lets go of what it has, and is gone once that is done. */
  void stop() {
    stopping = true;
    node.worker().stop();
  }

  boolean stopped() {
    return proc.dead || (stopping && busy == 0 && waiting == 0);
  }

  private void pump() {
    while (!stopping) {
      if (busy < SLOTS && waiting == 0 && !solitude) {
        world.broker.await(Duration.ofMinutes(1));
        world.broker.receive().ifPresent(this::take);
      } else {
        sim.pause(IDLE);
      }
    }
  }

  private void take(SimBroker.Held held) {
    busy++;
    long lock = held.lock;
    String name = proc.name + " #" + held.message.sequenceNumber() + "/" + handled++;
    var lease = new Lease(held, lock, name);
    var task = sim.spawn(proc, name, () -> handle(lease));
    task.delivery = name;
    sim.spawn(proc, name + " lock", lease::keep).delivery = name;
  }

  private void handle(Lease lease) {
    Verdict verdict = node.worker().handle(lease);
    if (verdict instanceof Verdict.Alone) {
      verdict = alone(lease);
    }
    if (verdict instanceof Verdict.LetGo(Duration pause)) {
      sim.pause(pause);
    }
    world.broker.settle(lease.held, lease.lock, verdict);
    lease.over = true;
    world.faults.over(sim.current().delivery);
    busy--;
  }

  private Verdict alone(Lease lease) {
    busy--;
    waiting++;
    while (solitude || busy > 0) {
      sim.pause(Duration.ofSeconds(1));
    }
    waiting--;
    busy++;
    solitude = true;
    lease.alone = true;
    Verdict verdict = node.worker().handle(lease);
    solitude = false;
    return verdict;
  }

  private void sweep(Duration every) {
    while (!stopping) {
      Duration calm = every.multipliedBy(10);
      sim.pause((world.faults.active() ? every : calm).plusSeconds(sim.random.nextInt(30)));
      try {
        node.sweeper().sweep();
      } catch (Unavailable e) {
        // the next sweep tries again
      }
    }
  }

  /** A delivery in this worker's hands. */
  private final class Lease implements Delivery {
    private final SimBroker.Held held;
    private final long lock;
    private final String delivery;
    private boolean lost;
    private boolean over;
    private boolean alone;

    Lease(SimBroker.Held held, long lock, String delivery) {
      this.delivery = delivery;
      this.held = held;
      this.lock = lock;
    }

    /** Renews at a third of the lock, as the pump does; it learns of a lost lock only then. */
    void keep() {
      while (!over && !lost) {
        sim.pause(SimBroker.LOCK.dividedBy(3));
        if (world.faults.chance(0.02)) {
          world.broker.forget(held);
        }
        try {
          if (!over) {
            renew();
          }
        } catch (Unavailable e) {
          // tried again, until it is too late
        }
      }
    }

    @Override
    public Received message() {
      return held.message;
    }

    @Override
    public boolean renew() {
      if (!world.broker.renew(held, lock)) {
        lost = true;
        world.orders.lockLost(delivery);
        world.faults.excuse(sim.current().delivery);
      }
      return !lost;
    }

    @Override
    public boolean locked() {
      return !lost;
    }

    @Override
    public boolean alone() {
      return alone;
    }

    @Override
    public boolean enter(Kind kind) {
      return locked();
    }
  }
}
