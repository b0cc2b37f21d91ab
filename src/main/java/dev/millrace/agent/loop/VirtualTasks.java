package dev.millrace.agent.loop;

import dev.millrace.journal.Halt;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One virtual thread for each call. */
public final class VirtualTasks implements Tasks {
  @Override
  public <T> Task<T> start(Callable<T> call) {
    var future = new FutureTask<>(call);
    Thread.ofVirtual().name("call").start(future);
    return new Task<>() {
      @Override
      public Optional<T> await(Duration limit) {
        try {
          return Optional.of(future.get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
          return Optional.empty();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new Halt(Halt.Why.STOPPING);
        } catch (ExecutionException e) {
          throw thrownBy(e);
        }
      }

      @Override
      public void stop() {
        future.cancel(true);
      }
    };
  }

  private static RuntimeException thrownBy(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException cause -> cause;
      case Error cause -> throw cause;
      case null, default -> new IllegalStateException(e.getCause());
    };
  }
}
