package dev.millrace.agent.loop;

import dev.millrace.journal.Halt;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One virtual thread for each call. Waits are limited by a timer of our own: a timed wait of a
 * virtual thread wakes the thread that keeps their time, once to begin and once to end it.
 */
public final class VirtualTasks implements Tasks {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("call-timer").factory());

  public VirtualTasks() {
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public <T> Task<T> start(Callable<T> call) {
    var begun = new Call<>(call);
    Thread.ofVirtual().name("call").start(begun);
    return begun;
  }

  private final class Call<T> extends FutureTask<T> implements Task<T> {
    private final Semaphore news = new Semaphore(0);

    Call(Callable<T> call) {
      super(call);
    }

    @Override
    protected void done() {
      news.release();
    }

    @Override
    public Optional<T> await(Duration limit) {
      var over = new AtomicBoolean();
      var limited = timer.schedule(() -> end(over), limit.toNanos(), TimeUnit.NANOSECONDS);
      try {
        while (!isDone() && !over.get()) {
          news.acquire(); // or the end of an earlier wait
        }
        return isDone() ? Optional.of(get()) : Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Halt(Halt.Why.STOPPING);
      } catch (ExecutionException e) {
        throw thrownBy(e);
      } finally {
        limited.cancel(false);
      }
    }

    private void end(AtomicBoolean wait) {
      wait.set(true);
      news.release();
    }

    @Override
    public void stop() {
      cancel(true);
    }
  }

  private static RuntimeException thrownBy(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException cause -> cause;
      case Error cause -> throw cause;
      case null, default -> new IllegalStateException(e.getCause());
    };
  }
}
