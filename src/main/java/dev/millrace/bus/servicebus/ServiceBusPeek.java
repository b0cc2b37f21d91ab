package dev.millrace.bus.servicebus;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Peek;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Looks by a client for each queue, which is made anew after a fault. */
public final class ServiceBusPeek implements Peek, AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final Namespace namespace;
  private final Map<String, ServiceBusReceiverAsyncClient> clients = new ConcurrentHashMap<>();

  public ServiceBusPeek(Namespace namespace) {
    this.namespace = namespace;
  }

  @Override
  public Optional<Delivery.Received> at(String entity, long sequenceNumber) {
    var client = clients.computeIfAbsent(entity, this::connect);
    try {
      return look(client, entity, sequenceNumber);
    } catch (RuntimeException stale) { // a connection that was idle may be gone unnoticed
      forget(entity, client);
      try {
        return look(clients.computeIfAbsent(entity, this::connect), entity, sequenceNumber);
      } catch (RuntimeException fault) {
        throw BusFaults.unavailable("look into", entity, fault);
      }
    }
  }

  private ServiceBusReceiverAsyncClient connect(String entity) {
    return new Source.Queue(entity).client(namespace.connect());
  }

  private static Optional<Delivery.Received> look(
      ServiceBusReceiverAsyncClient client, String entity, long sequenceNumber) {
    Optional<ServiceBusReceivedMessage> found =
        client.peekMessage(sequenceNumber).blockOptional(ANSWER);
    return found
        .filter(message -> message.getSequenceNumber() == sequenceNumber)
        .map(message -> Wire.received(entity, message));
  }

  private void forget(String entity, ServiceBusReceiverAsyncClient client) {
    if (clients.remove(entity, client)) {
      Thread.ofVirtual().name("bus-close").start(client::close);
    }
  }

  @Override
  public void close() {
    clients.forEach(this::forget);
  }
}
