package dev.millrace.amqp.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What other threads want done on a connection's own. Many that come together are one waking. */
final class Errands {
  private static final Logger log = LoggerFactory.getLogger(Errands.class);

  private final Executor thread;
  private final Consumer<Runnable> runner;
  private final Runnable afterwards;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();

  /**
   * @param runner runs one of them, and throws nothing
   * @param afterwards is run whenever nothing is left to be done
   */
  Errands(Executor thread, Consumer<Runnable> runner, Runnable afterwards) {
    this.thread = thread;
    this.runner = runner;
    this.afterwards = afterwards;
  }

  void add(Runnable task) {
    tasks.add(task);
    wake();
  }

  private void wake() {
    if (awake.compareAndSet(false, true)) {
      try {
        thread.execute(this::runAll);
      } catch (RejectedExecutionException e) {
        log.debug("a connection's thread has stopped before its last task");
      }
    }
  }

  /** It sleeps only once nothing is left: a task that comes meanwhile need not wake anybody. */
  private void runAll() {
    try {
      for (var task = tasks.poll(); task != null; task = tasks.poll()) {
        runner.accept(task);
      }
      afterwards.run();
    } finally {
      awake.set(false);
      if (!tasks.isEmpty()) {
        wake();
      }
    }
  }
}
