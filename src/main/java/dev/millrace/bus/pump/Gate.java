package dev.millrace.bus.pump;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Delivery;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may run now. Each kind of job has its limit, and whoever has to run alone waits until nobody
 * else runs, and holds up whoever comes later. All waiting ends when the gate is closed, or when
 * the lock of whoever waits is gone.
 */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private final Map<Delivery.Kind, Integer> free = new EnumMap<>(Delivery.Kind.class);
  private int running;
  private int hermits;
  private boolean solitude;
  private boolean closed;

  Gate(BusSettings.Limits limits) {
    for (var kind : Delivery.Kind.values()) {
      free.put(kind, limits.of(kind));
    }
  }

  /** One delivery on its way through. Its owner alone uses it. */
  final class Pass {
    private final BooleanSupplier locked;
    private Delivery.@Nullable Kind kind;
    private boolean alone;

    Pass(BooleanSupplier locked) {
      this.locked = locked;
    }

    boolean alone() {
      return alone;
    }

    /** From here on it runs. False when it is not to, and then it does not. */
    boolean begin() {
      return guarded(
          () -> {
            boolean ours = await(this, () -> !solitude && hermits == 0);
            running += ours ? 1 : 0;
            return ours;
          });
    }

    /** Goes on as one of a kind; while it waits it does not run. */
    boolean enter(Delivery.Kind wanted) {
      return guarded(
          () -> {
            if (alone || wanted == kind) {
              return !closed && locked.getAsBoolean();
            }
            giveBack();
            running--;
            boolean ours = await(this, () -> free(wanted) > 0 && !solitude && hermits == 0);
            running++;
            if (ours) {
              free.merge(wanted, -1, Integer::sum);
              kind = wanted;
            }
            return ours;
          });
    }

    /** Goes on when nobody else runs; nobody else begins meanwhile. */
    boolean becomeAlone() {
      return guarded(
          () -> {
            giveBack();
            running--;
            hermits++;
            boolean ours = await(this, () -> !solitude && running == 0);
            hermits--;
            running++;
            solitude |= ours;
            alone = ours;
            return ours;
          });
    }

    /** From here on it does not run. */
    void end() {
      guarded(
          () -> {
            giveBack();
            running--;
            solitude &= !alone;
            alone = false;
            return true;
          });
    }

    /** Lets time pass, unless there is nothing more to wait for. */
    void pause(Duration duration) {
      long left = duration.toNanos();
      lock.lock();
      try {
        while (left > 0 && !closed && locked.getAsBoolean()) {
          left = change.awaitNanos(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        lock.unlock();
      }
    }

    private void giveBack() {
      if (kind != null) {
        free.merge(kind, 1, Integer::sum);
        kind = null;
      }
    }
  }

  Pass pass(BooleanSupplier locked) {
    return new Pass(locked);
  }

  /** Whoever waits looks whether it still has a reason to. */
  void look() {
    guarded(() -> true);
  }

  /** Nobody waits any more, and nobody begins. */
  void close() {
    guarded(() -> closed = true);
  }

  private int free(Delivery.Kind kind) {
    return free.getOrDefault(kind, 0);
  }

  private boolean guarded(BooleanSupplier step) {
    lock.lock();
    try {
      boolean answer = step.getAsBoolean();
      change.signalAll();
      return answer;
    } finally {
      lock.unlock();
    }
  }

  private boolean await(Pass pass, BooleanSupplier turn) {
    change.signalAll();
    while (!closed && pass.locked.getAsBoolean() && !turn.getAsBoolean()) {
      change.awaitUninterruptibly();
    }
    return !closed && pass.locked.getAsBoolean();
  }
}
