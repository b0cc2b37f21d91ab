package dev.millrace.bus;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.models.SubQueue;
import dev.millrace.amqp.LocalNamespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.TopicSetup;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.job.Owner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A local namespace for one test, and the real SDK against it. */
public final class TestBus implements AutoCloseable {
  /** The shortest lock that a loaded machine renews in time. */
  public static final Duration LOCK = Duration.ofSeconds(2);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path directory;
  private final NamespaceSetup setup;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private dev.millrace.broker.Namespace broker;
  private LocalNamespace local;

  private TestBus(Path directory, NamespaceSetup setup) {
    this.directory = directory;
    this.setup = setup;
    start(0);
  }

  /** Millrace's own topics, and queues with a short lock. */
  public static TestBus of(Path directory, String... queues) {
    return of(directory, Stream.of(queues).map(TestBus::queue).toArray(QueueSetup[]::new));
  }

  public static TestBus of(Path directory, QueueSetup... queues) {
    List<TopicSetup> topics = NamespaceSetup.ofMillrace().topics();
    return new TestBus(directory, new NamespaceSetup("test", List.of(queues), topics));
  }

  public static QueueSetup queue(String name) {
    return queue(name, Receiving.DEFAULT.withMaxDeliveryCount(100));
  }

  public static QueueSetup queue(String name, Receiving receiving) {
    return new QueueSetup(name, receiving.withLockDuration(LOCK), Sending.DEFAULT);
  }

  public static QueueSetup queueWithSessions(String name) {
    return queue(name, Receiving.DEFAULT.withSessions());
  }

  /** These queues, of one owner. */
  public static Queues queues(String... names) {
    return new Queues(
        Stream.of(names)
            .map(name -> new Queues.Queue(name, new Owner("default", "queue:" + name)))
            .toList());
  }

  private void start(int port) {
    broker =
        dev.millrace.broker.Namespace.open(
            setup,
            directory,
            InstantSource.system(),
            new dev.millrace.broker.Namespace.Options(false, true));
    local = LocalNamespace.start(broker, port);
  }

  /** The broker goes away. */
  public void stop() {
    local.close();
    broker.close();
  }

  /** It comes back, at the same address. */
  public void startAgain() {
    start(local.port());
  }

  public int port() {
    return local.port();
  }

  /** Of another way to the same broker, on which somebody is asked first. */
  public int portBehind(Interposed.Somebody somebody) {
    return closing(LocalNamespace.start(new Interposed(broker, somebody), 0)).port();
  }

  public String connectionString() {
    return local.connectionString();
  }

  /** What is closed with this, before the broker. */
  public <T extends AutoCloseable> T closing(T client) {
    open.push(client);
    return client;
  }

  public Namespace namespace() {
    return namespace(port());
  }

  /** By way of another port. */
  public Namespace namespace(int port) {
    String connection = connectionString().replace(":" + port(), ":" + port);
    return closing(
        new Namespace(
            () ->
                new ServiceBusClientBuilder()
                    .connectionString(connection)
                    .retryOptions(Namespace.RETRIES),
            LOCK,
            new SplittableRandom(1)));
  }

  // What others see, with clients of their own.

  private ServiceBusClientBuilder other() {
    return new ServiceBusClientBuilder().connectionString(connectionString());
  }

  public void send(String queue, ServiceBusMessage... messages) {
    try (var sender = other().sender().queueName(queue).buildClient()) {
      sender.sendMessages(List.of(messages));
    }
  }

  public void send(String queue, String... bodies) {
    send(queue, Stream.of(bodies).map(ServiceBusMessage::new).toArray(ServiceBusMessage[]::new));
  }

  /** As if somebody had set it aside. */
  public void sendToDeadLetters(String queue, ServiceBusMessage message) {
    send(queue, message);
    try (var receiver = other().receiver().queueName(queue).buildClient()) {
      receiver.receiveMessages(1, PATIENCE).forEach(received -> receiver.deadLetter(received));
    }
  }

  /** As if a worker had taken it and could do nothing with it. */
  public void giveBack(String queue) {
    try (var receiver = receiver(queue, SubQueue.NONE)) {
      receiver.receiveMessages(1, PATIENCE).forEach(receiver::abandon);
    }
  }

  /** So many messages, taken away. */
  public List<ServiceBusReceivedMessage> take(String queue, int count) {
    return taken(receiver(queue, SubQueue.NONE), count);
  }

  public List<ServiceBusReceivedMessage> takeDeadLetters(String queue, int count) {
    return taken(receiver(queue, SubQueue.DEAD_LETTER_QUEUE), count);
  }

  public List<ServiceBusReceivedMessage> takeResults(String subscription, int count) {
    return taken(
        other().receiver().topicName("results").subscriptionName(subscription).buildClient(),
        count);
  }

  /** Everything that lies there, whoever has locked it. */
  public List<ServiceBusReceivedMessage> lying(String queue) {
    try (var receiver = other().receiver().queueName(queue).buildClient()) {
      return receiver.peekMessages(1000).stream().toList();
    }
  }

  public List<ServiceBusReceivedMessage> lyingDead(String queue) {
    try (var receiver = receiver(queue, SubQueue.DEAD_LETTER_QUEUE)) {
      return receiver.peekMessages(1000).stream().toList();
    }
  }

  private ServiceBusReceiverClient receiver(String queue, SubQueue sub) {
    return other().receiver().queueName(queue).subQueue(sub).buildClient();
  }

  /** One by one: what arrives when nobody asks any more is not seen again. */
  private static List<ServiceBusReceivedMessage> taken(
      ServiceBusReceiverClient receiver, int count) {
    try (receiver) {
      var all = new ArrayList<ServiceBusReceivedMessage>();
      while (all.size() < count) {
        var one = receiver.receiveMessages(1, PATIENCE).stream().toList();
        if (one.isEmpty()) {
          throw new AssertionError("only " + all.size() + " of " + count + " messages came");
        }
        receiver.complete(one.getFirst());
        all.addAll(one);
      }
      return all;
    }
  }

  @Override
  public void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    stop();
  }
}
