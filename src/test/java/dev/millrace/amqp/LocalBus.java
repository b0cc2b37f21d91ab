package dev.millrace.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.TopicSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A namespace for the tests of one class, and clients of the real SDK that are closed after each.
 */
public final class LocalBus implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final Duration A_MOMENT = Duration.ofMillis(300);

  /** The shortest lock that a loaded machine still settles within, most of the time. */
  static final Duration SHORT_LOCK = Duration.ofSeconds(1);

  private final NamespaceSetup setup;
  private final InstantSource clock;
  private final boolean timer;
  private final Deque<AutoCloseable> clients = new ArrayDeque<>();
  private Path directory;
  private Namespace namespace;
  private LocalNamespace local;

  private LocalBus(NamespaceSetup setup, InstantSource clock, boolean timer) {
    this.setup = setup;
    this.clock = clock;
    this.timer = timer;
  }

  public static LocalBus with(QueueSetup... queues) {
    return with(List.of(queues), List.of());
  }

  static LocalBus with(List<QueueSetup> queues, List<TopicSetup> topics) {
    return new LocalBus(new NamespaceSetup("test", queues, topics), InstantSource.system(), true);
  }

  /** What is due is done by {@link Namespace#passDeadlines} only. */
  static LocalBus at(InstantSource clock, QueueSetup... queues) {
    return new LocalBus(new NamespaceSetup("test", List.of(queues), List.of()), clock, false);
  }

  static QueueSetup queue(String name) {
    return queue(name, Receiving.DEFAULT);
  }

  static QueueSetup queue(String name, Receiving receiving) {
    return new QueueSetup(name, receiving, Sending.DEFAULT);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    directory = Files.createTempDirectory("bus");
    start(0);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    while (!clients.isEmpty()) {
      clients.pop().close();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    stop();
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** As after a crash of the machine that the port outlives. */
  void restart() {
    int port = local.port();
    stop();
    start(port);
  }

  private void start(int port) {
    namespace =
        Namespace.open(
            setup, directory.resolve("data"), clock, new Namespace.Options(false, timer));
    local = LocalNamespace.start(namespace, port);
  }

  private void stop() {
    local.close();
    namespace.close();
  }

  InstantSource clock() {
    return clock;
  }

  Namespace namespace() {
    return namespace;
  }

  String connectionString() {
    return local.connectionString();
  }

  int port() {
    return local.port();
  }

  /** Another connection: clients of one builder share theirs. */
  ServiceBusClientBuilder builder() {
    return new ServiceBusClientBuilder()
        .connectionString(connectionString())
        .retryOptions(
            new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(10)).setMaxRetries(1));
  }

  ServiceBusSenderClient sender(String queue) {
    return closing(builder().sender().queueName(queue).buildClient());
  }

  ServiceBusSenderClient topic(String topic) {
    return closing(builder().sender().topicName(topic).buildClient());
  }

  ServiceBusReceiverClient receiver(String queue) {
    return receiver(queue, ServiceBusReceiveMode.PEEK_LOCK, SubQueue.NONE);
  }

  ServiceBusReceiverClient deadLetters(String queue) {
    return receiver(queue, ServiceBusReceiveMode.PEEK_LOCK, SubQueue.DEAD_LETTER_QUEUE);
  }

  /** Without renewal of locks, which the SDK otherwise does by itself. */
  ServiceBusReceiverClient receiver(String queue, ServiceBusReceiveMode mode, SubQueue sub) {
    return closing(
        builder()
            .receiver()
            .queueName(queue)
            .receiveMode(mode)
            .subQueue(sub)
            .maxAutoLockRenewDuration(Duration.ZERO)
            .buildClient());
  }

  ServiceBusReceiverClient subscription(String topic, String subscription) {
    return closing(
        builder()
            .receiver()
            .topicName(topic)
            .subscriptionName(subscription)
            .maxAutoLockRenewDuration(Duration.ZERO)
            .buildClient());
  }

  ServiceBusSessionReceiverClient sessions(String queue) {
    return closing(
        builder()
            .sessionReceiver()
            .queueName(queue)
            .maxAutoLockRenewDuration(Duration.ZERO)
            .buildClient());
  }

  <T extends AutoCloseable> T closing(T client) {
    clients.push(client);
    return client;
  }

  static ServiceBusReceivedMessage one(ServiceBusReceiverClient receiver) {
    var received = receiver.receiveMessages(1, PATIENCE).stream().toList();
    assertThat(received).as("a message in time").hasSize(1);
    return Objects.requireNonNull(received.getFirst());
  }

  /** So many messages, completed one by one. */
  static List<String> bodies(ServiceBusReceiverClient receiver, int count) {
    var bodies = new ArrayList<String>();
    while (bodies.size() < count) {
      var batch = receiver.receiveMessages(count - bodies.size(), PATIENCE).stream().toList();
      assertThat(batch).as("more after %s", bodies).isNotEmpty();
      for (var message : batch) {
        bodies.add(message.getBody().toString());
        receiver.complete(message);
      }
    }
    return bodies;
  }

  /** The next one to come, in time; else null. */
  static <T> T soon(BlockingQueue<T> coming) {
    try {
      return coming.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static void nothing(ServiceBusReceiverClient receiver) {
    assertThat(receiver.receiveMessages(1, A_MOMENT)).isEmpty();
  }
}
