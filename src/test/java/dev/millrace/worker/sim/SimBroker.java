package dev.millrace.worker.sim;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.ResultMessage;
import dev.millrace.bus.ResultTopic;
import dev.millrace.bus.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One queue and some topics, with the manners of Service Bus: locks, copies, dead letters. */
final class SimBroker implements JobQueue, ResultTopic {
  static final String QUEUE = "jobs";
  static final String RESULTS = "results";
  static final String REPLIES = "replies";
  static final Duration LOCK = Duration.ofSeconds(30);
  private static final int MAX_DELIVERIES = 20;

  /** A message in the queue, from its arrival to its settlement. */
  static final class Held {
    final Delivery.Received message;
    long visibleAt;
    long lockedUntil;
    long lock;
    int deliveries;
    long receivedAt;

    Held(Delivery.Received message, long visibleAt) {
      this.message = message;
      this.visibleAt = visibleAt;
    }
  }

  /** One message on a topic. */
  record Published(String target, ResultMessage message, Instant at) {}

  private final Sim sim;
  private final Faults faults;
  private final Orders orders;
  private final List<Held> queue = new ArrayList<>();
  private final List<Delivery.Received> deadLetters = new ArrayList<>();
  private final List<Published> published = new ArrayList<>();
  private final Set<String> targets = Set.of(RESULTS, REPLIES);
  private final List<Sim.Task> waiting = new ArrayList<>();
  private long nextNumber = 1;
  private long nextLock = 1;

  SimBroker(Sim sim, Faults faults, Orders orders) {
    this.sim = sim;
    this.faults = faults;
    this.orders = orders;
  }

  List<Held> queue() {
    return queue;
  }

  List<Delivery.Received> deadLetters() {
    return deadLetters;
  }

  List<Published> published() {
    return published;
  }

  // The queue, as Millrace sees it.

  @Override
  public void send(String entity, Pointer pointer) {
    enqueue("send", pointer, sim.millis());
  }

  @Override
  public void schedule(String entity, Pointer pointer, Instant notBefore) {
    enqueue("schedule", pointer, Duration.between(Sim.EPOCH, notBefore).toMillis());
  }

  private void enqueue(String what, Pointer pointer, long visibleAt) {
    sim.pause(faults.latency());
    int number = faults.before(what + " " + pointer.messageId());
    if (faults.trouble()) {
      throw faults.unavailable("the broker did not take a message");
    }
    byte[] body =
        """
        {"schema": 1, "pointer": {"tenant": "%s", "job": "%s"}}"""
            .formatted(pointer.job().tenant(), pointer.job().id())
            .getBytes(StandardCharsets.UTF_8);
    int copies = faults.chance(0.05) ? 2 : faults.drop() ? 0 : 1;
    for (int i = 0; i < copies; i++) {
      arrive(pointer.messageId(), body, null, null, visibleAt, null);
    }
    faults.after(number);
    sim.pause(faults.latency());
    if (faults.trouble()) {
      throw faults.unavailable("the broker's answer was lost");
    }
  }

  /** A message from anybody, Millrace or a client. */
  void arrive(
      @Nullable String messageId,
      byte[] body,
      @Nullable String correlationId,
      @Nullable String replyTo,
      long visibleAt,
      @Nullable Instant expiresAt) {
    long visible = Math.max(sim.millis(), visibleAt) + faults.latency().toMillis() * 10;
    queue.add(
        new Held(
            new Delivery.Received(
                QUEUE,
                nextNumber++,
                messageId,
                body,
                correlationId,
                replyTo,
                null,
                Sim.EPOCH.plusMillis(visible),
                expiresAt,
                null,
                null),
            visible));
    waiting.forEach(sim::nudge);
  }

  @Override
  public void deadLetters(String entity, Function<Delivery.Received, Verdict> handler) {
    sim.pause(faults.latency());
    for (Delivery.Received message : List.copyOf(deadLetters)) {
      if (handler.apply(message) instanceof Verdict.Done) {
        deadLetters.remove(message);
      }
    }
  }

  // The queue, as a pump sees it.

  /** Waits until there may be something to receive. */
  void await(Duration limit) {
    var me = sim.current();
    waiting.add(me);
    sim.waitUntil(
        () -> due() <= sim.millis(),
        Duration.ofMillis(Math.min(limit.toMillis(), due() - sim.millis())));
    waiting.remove(me);
  }

  private long due() {
    return queue.stream()
        .mapToLong(held -> Math.max(held.visibleAt, held.lockedUntil))
        .min()
        .orElse(Long.MAX_VALUE);
  }

  Optional<Held> receive() {
    sim.pause(faults.latency());
    expire();
    List<Held> free =
        queue.stream()
            .filter(m -> m.visibleAt <= sim.millis() && m.lockedUntil <= sim.millis())
            .toList();
    if (free.isEmpty()) {
      return Optional.empty();
    }
    Held held = free.get(faults.active() ? sim.random.nextInt(free.size()) : 0);
    held.deliveries++;
    held.receivedAt = sim.millis();
    held.lock = nextLock++;
    held.lockedUntil = sim.millis() + LOCK.toMillis();
    sim.pause(faults.latency());
    return Optional.of(held);
  }

  private void expire() {
    for (Held held : List.copyOf(queue)) {
      boolean free = held.lockedUntil <= sim.millis();
      boolean old =
          held.message.expiresAt() != null && held.message.expiresAt().isBefore(sim.instant());
      if (free && faults.sweeping() && (old || held.deliveries >= MAX_DELIVERIES)) {
        queue.remove(held);
        deadLetters.add(held.message);
      }
    }
  }

  boolean renew(Held held, long lock) {
    sim.pause(faults.latency());
    if (faults.trouble()) {
      throw faults.unavailable("the broker did not answer a renewal");
    }
    boolean ours = holds(held, lock);
    if (ours) {
      held.lockedUntil = sim.millis() + LOCK.toMillis();
    }
    return ours;
  }

  boolean holds(Held held, long lock) {
    return queue.contains(held) && held.lock == lock && held.lockedUntil > sim.millis();
  }

  /** The broker forgets a lock, as it does when a link is detached. */
  void forget(Held held) {
    held.lockedUntil = 0;
  }

  void settle(Held held, long lock, Verdict verdict) {
    sim.pause(faults.latency());
    int number = faults.before("settle " + held.message.identity());
    if (holds(held, lock) && !faults.trouble()) {
      switch (verdict) {
        case Verdict.Done done -> {
          orders.settling(held.message, held.receivedAt);
          queue.remove(held);
        }
        case Verdict.DeadLetter letter -> {
          queue.remove(held);
          deadLetters.add(held.message);
        }
        case Verdict.LetGo go -> held.lockedUntil = 0;
        case Verdict.Alone alone -> throw new IllegalStateException("not a settlement");
      }
    }
    faults.after(number);
  }

  // Topics.

  @Override
  public Publication publish(String target, ResultMessage message) {
    sim.pause(faults.latency());
    int number = faults.before("publish " + message.messageId() + " to " + target);
    if (faults.trouble()) {
      throw faults.unavailable("the broker did not take a result");
    }
    if (!targets.contains(target)) {
      return new Publication.Impossible("there is no " + target);
    }
    orders.beginning("published " + message.messageId());
    orders.publishing(message.messageId(), message.body());
    published.add(new Published(target, message, sim.instant()));
    faults.after(number);
    sim.pause(faults.latency());
    if (faults.trouble()) {
      throw faults.unavailable("the broker's answer was lost");
    }
    return new Publication.Accepted();
  }

  Map<String, Integer> depth() {
    return Map.of("queue", queue.size(), "dead", deadLetters.size());
  }
}
