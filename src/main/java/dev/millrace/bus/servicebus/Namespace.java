package dev.millrace.bus.servicebus;

import com.azure.core.amqp.AmqpRetryMode;
import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The way to one namespace: connections, and what all that use them have in common. */
public final class Namespace implements AutoCloseable {
  /**
   * How the library tries again by itself: soon, because its longer delays are there even when one
   * would do, and not for long, because whoever called tries again as well, ever more rarely.
   */
  public static final AmqpRetryOptions RETRIES =
      new AmqpRetryOptions()
          .setMode(AmqpRetryMode.FIXED)
          .setMaxRetries(3)
          .setDelay(Duration.ofMillis(500))
          .setTryTimeout(Duration.ofSeconds(10));

  private final Supplier<ServiceBusClientBuilder> connections;
  private final Duration lock;
  private final RandomGenerator random;
  private final ScheduledThreadPoolExecutor timer;
  private final Senders senders;

  /**
   * @param connections a builder that signs in, at each call a new one: clients made by one builder
   *     share one connection
   * @param lock how long queues and subscriptions lock a message, or less
   */
  public Namespace(
      Supplier<ServiceBusClientBuilder> connections, Duration lock, RandomGenerator random) {
    this.connections = connections;
    this.lock = lock;
    this.random = random;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("bus-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.senders = new Senders(this);
  }

  /** A builder of clients that signs in, each time a new one with a connection of its own. */
  public ServiceBusClientBuilder connect() {
    return connections.get();
  }

  public Duration lock() {
    return lock;
  }

  RandomGenerator random() {
    return random;
  }

  Senders senders() {
    return senders;
  }

  /** Keeps the time. Its tasks take none. */
  ScheduledThreadPoolExecutor timer() {
    return timer;
  }

  Future<?> later(Runnable task, Duration delay) {
    return timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    senders.close();
  }
}
