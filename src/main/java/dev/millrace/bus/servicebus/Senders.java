package dev.millrace.bus.servicebus;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends, to any number of queues and topics over one connection. When a send finds nobody there the
 * connection is given up, and the next one begins another: a connection that lost its other end
 * without a word would not notice by itself for minutes. Safe for use by many threads.
 */
final class Senders implements AutoCloseable {
  /** Whoever sends has somebody waiting, and can go on later. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final Namespace namespace;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Connection connection;
  private boolean closed;

  Senders(Namespace namespace) {
    this.namespace = namespace;
  }

  private static final class Connection {
    final ServiceBusClientBuilder builder;
    final Map<String, ServiceBusSenderAsyncClient> clients = new HashMap<>();

    Connection(ServiceBusClientBuilder builder) {
      this.builder = builder;
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
    Connection used;
    ServiceBusSenderAsyncClient client;
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("sending after the end");
      }
      if (connection == null) {
        connection = new Connection(namespace.connect());
      }
      used = connection;
      client = used.clients.computeIfAbsent(entity, name -> client(used, name));
    } finally {
      lock.unlock();
    }
    try {
      call.apply(client).block(LONGEST);
    } catch (RuntimeException fault) {
      if (!BusFaults.busy(fault) && BusFaults.impossible(entity, fault).isEmpty()) {
        giveUp(used);
      }
      throw fault;
    }
  }

  /** The library asks whether it is a queue or a topic, and uses the answer for nothing. */
  private static ServiceBusSenderAsyncClient client(Connection connection, String entity) {
    return connection.builder.sender().queueName(entity).buildAsyncClient();
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
    Thread.ofVirtual().name("bus-senders-close").start(() -> close(dead));
  }

  private static void close(Connection connection) {
    connection.clients.values().forEach(ServiceBusSenderAsyncClient::close);
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
      close(Objects.requireNonNull(last));
    }
  }
}
