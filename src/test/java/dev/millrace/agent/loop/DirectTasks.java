package dev.millrace.agent.loop;

import dev.millrace.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Makes each call on the caller's thread; one that hangs lets time pass instead of answering. */
final class DirectTasks implements Tasks {
  private final SettableClock clock;
  private final List<Runnable> meanwhile = new ArrayList<>();
  int stopped;
  Duration longestPause = Duration.ZERO;

  DirectTasks(SettableClock clock) {
    this.clock = clock;
  }

  /** Thrown by a call that does not answer; an error, so that nobody takes it for a fault. */
  static final class Hangs extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Happens while a call hangs, once. */
  void meanwhile(Runnable event) {
    meanwhile.add(event);
  }

  @Override
  public <T> Task<T> start(Callable<T> call) {
    return new Task<>() {
      private boolean hangs;

      @Override
      public Optional<T> await(Duration limit) {
        if (!hangs) {
          try {
            return Optional.of(call.call());
          } catch (Hangs e) {
            hangs = true;
          } catch (RuntimeException | Error e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
        longestPause = limit.compareTo(longestPause) > 0 ? limit : longestPause;
        clock.advance(limit);
        meanwhile.forEach(Runnable::run);
        meanwhile.clear();
        return Optional.empty();
      }

      @Override
      public void stop() {
        stopped += hangs ? 1 : 0;
      }
    };
  }
}
