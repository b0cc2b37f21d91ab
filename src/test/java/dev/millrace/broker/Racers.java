package dev.millrace.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that start at the same moment; the first failure of any is thrown. */
final class Racers {
  private final List<Callable<?>> racers = new ArrayList<>();

  Racers with(int count, Callable<?> racer) {
    for (int i = 0; i < count; i++) {
      racers.add(racer);
    }
    return this;
  }

  void run() throws InterruptedException, TimeoutException, ExecutionException {
    var start = new CountDownLatch(1);
    List<Future<?>> running = new ArrayList<>();
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (Callable<?> racer : racers) {
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  return racer.call();
                }));
      }
      start.countDown();
      try {
        for (Future<?> each : running) {
          each.get(60, TimeUnit.SECONDS);
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }
}
