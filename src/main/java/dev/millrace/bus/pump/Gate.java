package dev.millrace.bus.pump;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Verdict;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may run now. Each kind of job has its limit, and whoever has to run alone waits until nobody
 * else runs, and holds up whoever comes later. All waiting ends when the gate is closed, or when
 * the lock of whoever waits is gone.
 */
public final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private final Map<Delivery.Kind, Integer> free = new EnumMap<>(Delivery.Kind.class);
  private int running;
  private int hermits;
  private boolean solitude;
  private boolean closed;

  private static final Logger log = LoggerFactory.getLogger(Gate.class);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Verdict GIVE_BACK = new Verdict.LetGo(Duration.ZERO);

  public Gate(BusSettings.Limits limits) {
    for (var kind : Delivery.Kind.values()) {
      free.put(kind, limits.of(kind));
    }
  }

  /** One delivery on its way through. Its owner alone uses it. */
  public final class Pass {
    private final BooleanSupplier locked;
    private Delivery.@Nullable Kind kind;
    private boolean alone;

    Pass(BooleanSupplier locked) {
      this.locked = locked;
    }

    public boolean alone() {
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
    public boolean enter(Delivery.Kind wanted) {
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
    public void pause(Duration duration) {
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

  /**
   * Has a delivery handled in its turn, and once more, alone, if that is the verdict.
   *
   * @param pass of this delivery
   * @return never {@link Verdict.Alone}
   */
  public Verdict handled(
      Pass pass, Delivery delivery, Function<? super Delivery, Verdict> handler) {
    if (!pass.begin()) {
      return GIVE_BACK;
    }
    try {
      Verdict verdict = quietly(delivery, handler);
      if (verdict instanceof Verdict.Alone) {
        verdict = pass.becomeAlone() ? quietly(delivery, handler) : GIVE_BACK;
      }
      return verdict instanceof Verdict.Alone ? GIVE_BACK : verdict;
    } finally {
      pass.end();
    }
  }

  private static Verdict quietly(Delivery delivery, Function<? super Delivery, Verdict> handler) {
    try {
      return handler.apply(delivery);
    } catch (RuntimeException | Error fault) { // whatever it is, one delivery ends no other
      log.atError()
          .setCause(fault)
          .addKeyValue("queue", delivery.message().entity())
          .addKeyValue("message", delivery.message().identity())
          .log("message let go after a fault of ours; it comes again");
      return new Verdict.LetGo(PAUSE);
    }
  }

  public Pass pass(BooleanSupplier locked) {
    return new Pass(locked);
  }

  /** Whoever waits looks whether it still has a reason to. */
  public void look() {
    guarded(() -> true);
  }

  /** Nobody waits any more, and nobody begins. */
  public void close() {
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
