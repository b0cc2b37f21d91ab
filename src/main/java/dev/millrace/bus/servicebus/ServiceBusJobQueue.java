package dev.millrace.bus.servicebus;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.Verdict;
import io.micronaut.serde.ObjectMapper;
import java.time.Instant;
import java.util.function.Function;

/** The queues of jobs, for those who put something in. What comes out the pump takes. */
public final class ServiceBusJobQueue implements JobQueue {
  private final Senders senders;
  private final DeadLetters deadLetters;
  private final ObjectMapper json;

  public ServiceBusJobQueue(Namespace namespace, ObjectMapper json) {
    this.senders = namespace.senders();
    this.deadLetters = new DeadLetters(namespace);
    this.json = json;
  }

  @Override
  public void send(String entity, Pointer pointer) {
    try {
      senders.send(entity, Wire.message(pointer, json));
    } catch (RuntimeException fault) {
      throw BusFaults.unavailable("send to", entity, fault);
    }
  }

  @Override
  public void schedule(String entity, Pointer pointer, Instant notBefore) {
    try {
      senders.schedule(entity, Wire.message(pointer, json), notBefore);
    } catch (RuntimeException fault) {
      throw BusFaults.unavailable("schedule a message on", entity, fault);
    }
  }

  @Override
  public void deadLetters(String entity, Function<Delivery.Received, Verdict> handler) {
    deadLetters.sweep(entity, handler);
  }
}
