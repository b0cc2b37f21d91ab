package dev.millrace.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.SettableClock;
import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.SubscriptionSetup;
import dev.millrace.broker.setup.TopicSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A namespace in a directory, whose time stands still until a test moves it. */
final class Fixture implements AutoCloseable {
  static final Duration LOCK = Duration.ofSeconds(30);
  static final Receiving PLAIN = Receiving.DEFAULT.withLockDuration(LOCK).withMaxDeliveryCount(3);

  final SettableClock clock = new SettableClock();
  private final Path directory;
  private final NamespaceSetup setup;
  Namespace namespace;

  Fixture(Path directory, NamespaceSetup setup) {
    this.directory = directory;
    this.setup = setup;
    this.namespace = open();
  }

  /** One queue, {@code q}. */
  static Fixture queue(Path directory, Receiving receiving, Sending sending) {
    return new Fixture(
        directory,
        new NamespaceSetup("test", List.of(new QueueSetup("q", receiving, sending)), List.of()));
  }

  static Fixture queue(Path directory) {
    return queue(directory, PLAIN, Sending.DEFAULT);
  }

  /** One topic, {@code t}. */
  static Fixture topic(Path directory, Sending sending, SubscriptionSetup... subscriptions) {
    return new Fixture(
        directory,
        new NamespaceSetup(
            "test", List.of(), List.of(new TopicSetup("t", sending, List.of(subscriptions)))));
  }

  Queue queue() {
    return queue("q");
  }

  Queue queue(String address) {
    return (Queue) namespace.entity(address);
  }

  Topic topic() {
    return (Topic) namespace.entity("t");
  }

  void restart() {
    namespace.close();
    namespace = open();
  }

  void pass(Duration time) {
    clock.advance(time);
    namespace.passDeadlines();
  }

  long send(String text) {
    return send(message(text));
  }

  long send(Message message) {
    return done(queue().publish(List.of(message)))[0];
  }

  List<Delivery> receive(int max) {
    return receive(queue(), max);
  }

  static List<Delivery> receive(Queue queue, int max) {
    return queue.receiver(Mode.PEEK_LOCK, () -> {}).receive(max);
  }

  Delivery receiveOne() {
    var deliveries = receive(1);
    if (deliveries.isEmpty()) {
      throw new AssertionError("nothing is available");
    }
    return deliveries.getFirst();
  }

  void settle(Delivery delivery, Settlement settlement) {
    done(queue().settle(token(delivery), settlement));
  }

  static UUID token(Delivery delivery) {
    UUID token = delivery.lockToken();
    if (token == null) {
      throw new AssertionError("it is not locked");
    }
    return token;
  }

  static String text(Delivery delivery) {
    return new String(delivery.payload(), UTF_8);
  }

  static List<String> texts(List<Delivery> deliveries) {
    return deliveries.stream().map(Fixture::text).toList();
  }

  static Message message(String text) {
    return message(text, null);
  }

  static Message message(String text, @Nullable String session) {
    return new Given(text).session(session).message();
  }

  static <T> T done(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Refused refused) {
        throw refused;
      }
      throw e;
    }
  }

  /** Why it was refused. */
  static Refused.Reason reason(Runnable command) {
    try {
      command.run();
    } catch (Refused refused) {
      return refused.reason();
    }
    throw new AssertionError("it was not refused");
  }

  static Refused.Reason reason(CompletionStage<?> stage) {
    return reason(() -> done(stage));
  }

  @Override
  public void close() {
    namespace.close();
  }

  private Namespace open() {
    // Room for some short messages only, so that others are read from the file.
    var options = new Namespace.Options(false, false, 10);
    return Namespace.open(setup, directory, clock, options);
  }

  static final Settlement.Complete COMPLETE = new Settlement.Complete();
  static final Settlement.Abandon ABANDON = new Settlement.Abandon(Map.of());
  static final Settlement.Defer DEFER = new Settlement.Defer(Map.of());
}
