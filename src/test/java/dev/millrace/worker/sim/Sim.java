package dev.millrace.worker.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A world in which one thing happens at a time. Threads of simulated processes take turns: each
 * runs until it waits for simulated time to pass, so that a seed alone decides what happens. Real
 * code runs in them unchanged; only what it touches through its ports is simulated.
 */
final class Sim {
  /** What a thread of a dead process meets when it touches anything. */
  static final class Crashed extends Error {
    private static final long serialVersionUID = 1;

    Crashed() {
      super(null, null, false, false);
    }
  }

  /** One simulated process. Its threads die together. */
  static final class Proc {
    final String name;
    final boolean mortal;
    boolean dead;
    Duration skew = Duration.ZERO;
    long frozenUntil;
    long diedAt;
    boolean served;

    Proc(String name, boolean mortal) {
      this.name = name;
      this.mortal = mortal;
    }
  }

  private record Turn(long at, long order, Task task, long generation) {}

  /** One simulated thread. */
  final class Task {
    final Proc proc;
    final String name;
    private final Semaphore turn = new Semaphore(0);
    String delivery;
    private long generation;
    private boolean started;
    private boolean finished;
    boolean interrupted;
    private final Runnable body;

    Task(Proc proc, String name, Runnable body) {
      this.proc = proc;
      this.name = name;
      this.body = body;
      this.delivery = current == null ? name : current.delivery;
    }

    private void run() {
      turn.acquireUninterruptibly();
      try {
        if (!proc.dead) {
          body.run();
        }
      } catch (Crashed crashed) {
        // its process died
      } catch (RuntimeException | Error e) {
        failure = failure == null ? e : failure;
      } finally {
        finished = true;
        scheduler.release();
      }
    }
  }

  static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

  /** Several times what the busiest seed needs. */
  private static final int MOST_STEPS = 100_000;

  final Random random;
  private final String name;
  private final PriorityQueue<Turn> turns =
      new PriorityQueue<>(
          (a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
  private final Semaphore scheduler = new Semaphore(0);
  private final List<Task> tasks = new ArrayList<>();
  private Task current;
  private Throwable failure;
  private long now;
  Consumer<Proc> onCrash = proc -> {};
  private long order;

  Sim(long seed) {
    random = new Random(seed);
    name = "seed " + seed;
  }

  Instant instant() {
    return EPOCH.plusMillis(now);
  }

  long millis() {
    return now;
  }

  Task current() {
    return current;
  }

  Task spawn(Proc proc, String name, Runnable body) {
    var task = new Task(proc, name, body);
    tasks.add(task);
    wake(task, now);
    return task;
  }

  private void wake(Task task, long at) {
    turns.add(new Turn(at, order++, task, ++task.generation));
  }

  /** Lets simulated time pass for the calling thread, and others take their turns. */
  void pause(Duration duration) {
    Task me = alive();
    long end = now + Math.max(0, duration.toMillis());
    do {
      wake(me, end);
      letOthers(me);
    } while (now < end && !me.interrupted);
  }

  /** Waits for a condition that another thread {@link #nudge}s about, at most so long. */
  boolean waitUntil(BooleanSupplier condition, Duration limit) {
    Task me = alive();
    long end = now + Math.max(0, limit.toMillis());
    while (!condition.getAsBoolean() && !me.interrupted && now < end) {
      wake(me, end);
      letOthers(me);
    }
    return condition.getAsBoolean();
  }

  /** Lets a waiting thread look at its condition now. */
  void nudge(Task task) {
    if (!task.finished) {
      wake(task, now);
    }
  }

  private void letOthers(Task me) {
    scheduler.release();
    me.turn.acquireUninterruptibly();
    alive();
  }

  /** The calling thread; throws when its process is dead. */
  Task alive() {
    if (current.proc.dead) {
      throw new Crashed();
    }
    return current;
  }

  void crash(Proc proc) {
    proc.dead = true;
    proc.diedAt = now;
    onCrash.accept(proc);
  }

  /** Runs until nothing is left to happen, or until the condition holds. */
  void run(BooleanSupplier done) {
    int steps = 0;
    while (!turns.isEmpty() && !done.getAsBoolean()) {
      if (++steps > MOST_STEPS) {
        throw new AssertionError("it goes round in circles: " + current.name);
      }
      step();
    }
    if (failure != null) {
      throw new AssertionError("a simulated thread failed", failure);
    }
  }

  private void step() {
    Turn turn = turns.poll();
    Task task = turn.task();
    if (task.finished || turn.generation() != task.generation) {
      return;
    }
    if (turn.at() < task.proc.frozenUntil && !task.proc.dead) {
      wake(task, task.proc.frozenUntil);
      return;
    }
    now = Math.max(now, turn.at());
    resume(task);
    if (failure != null) {
      throw new AssertionError("a simulated thread failed: " + task.name, failure);
    }
  }

  private void resume(Task task) {
    current = task;
    if (!task.started) {
      task.started = true;
      Thread.ofVirtual().name(name + ", " + task.name).start(task::run);
    }
    task.turn.release();
    scheduler.acquireUninterruptibly();
  }

  /** Ends every thread that still waits. */
  void end() {
    for (Task task : tasks) {
      task.proc.dead = true;
      if (task.started && !task.finished) {
        resume(task);
      }
    }
  }
}
