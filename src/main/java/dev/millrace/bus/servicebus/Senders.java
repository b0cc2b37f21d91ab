package dev.millrace.bus.servicebus;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Sends, to any number of queues and topics over one connection. When a send finds nobody there the
 * connection is given up, and the next one begins another: a connection that lost its other end
 * without a word would not notice by itself for minutes. A broker that asks for patience is asked
 * again after ever longer pauses. Safe for use by many threads.
 */
final class Senders implements AutoCloseable {
  /** Whoever sends has somebody waiting, and can go on later. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** The library waits equally long each time, and for seconds where a broker is busy. */
  private static final AmqpRetryOptions ONCE =
      new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(LONGEST);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final double JITTER = 0.5;
  private static final int CONNECTIONS = 3;

  private final Namespace namespace;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Connection connection;
  private boolean closed;

  Senders(Namespace namespace) {
    this.namespace = namespace;
  }

  private static final class Connection {
    private final ServiceBusClientBuilder builder;
    private final Map<String, ServiceBusSenderAsyncClient> clients = new ConcurrentHashMap<>();

    Connection(ServiceBusClientBuilder builder) {
      this.builder = builder;
    }

    /** The library asks whether it is a queue or a topic, and uses the answer for nothing. */
    ServiceBusSenderAsyncClient client(String entity) {
      return clients.computeIfAbsent(
          entity, name -> builder.sender().queueName(name).buildAsyncClient());
    }

    void close() {
      clients.values().forEach(ServiceBusSenderAsyncClient::close);
    }
  }

  void send(String entity, ServiceBusMessage message) {
    attempt(entity, client -> client.sendMessage(message));
  }

  void schedule(String entity, ServiceBusMessage message, Instant at) {
    attempt(entity, client -> client.scheduleMessage(message, at.atOffset(ZoneOffset.UTC)));
  }

  /** Opens the way to an entity and sends nothing. */
  void open(String entity) {
    attempt(entity, ServiceBusSenderAsyncClient::createMessageBatch);
  }

  private void attempt(String entity, Function<ServiceBusSenderAsyncClient, Mono<?>> call) {
    long end = System.nanoTime() + LONGEST.toNanos();
    Mono.defer(() -> once(entity, call, end))
        .retryWhen(again(CONNECTIONS, fault -> !answered(entity, fault), end))
        .retryWhen(again(Long.MAX_VALUE, BusFaults::busy, end))
        .block();
  }

  private Mono<?> once(
      String entity, Function<ServiceBusSenderAsyncClient, Mono<?>> call, long end) {
    Connection used = connection();
    return call.apply(used.client(entity))
        .timeout(Duration.ofNanos(Math.max(1, end - System.nanoTime())))
        .doOnError(fault -> !answered(entity, fault), fault -> giveUp(used));
  }

  private static Retry again(long times, Predicate<Throwable> on, long end) {
    return Retry.backoff(times, FIRST_PAUSE)
        .maxBackoff(LONGEST_PAUSE)
        .jitter(JITTER)
        .filter(fault -> on.test(fault) && end - System.nanoTime() > LONGEST_PAUSE.toNanos())
        .onRetryExhaustedThrow((retries, last) -> last.failure());
  }

  /** Whether there is somebody at the other end. */
  private static boolean answered(String entity, Throwable fault) {
    return BusFaults.busy(fault) || BusFaults.impossible(entity, fault).isPresent();
  }

  private Connection connection() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("sending after the end");
      }
      if (connection == null) {
        connection = new Connection(namespace.connect().retryOptions(ONCE));
      }
      return connection;
    } finally {
      lock.unlock();
    }
  }

  private void giveUp(Connection dead) {
    lock.lock();
    try {
      if (connection != dead) {
        return;
      }
      connection = null;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("bus-senders-close").start(dead::close);
  }

  @Override
  public void close() {
    Connection last;
    lock.lock();
    try {
      closed = true;
      last = connection;
      connection = null;
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.close();
    }
  }
}
