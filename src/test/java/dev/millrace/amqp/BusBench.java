package dev.millrace.amqp;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/** Figures of the local Service Bus, as the SDK of Azure sees them. Run it with bench/bus. */
final class BusBench {
  private static final int BATCH = 500;
  private static final int BODY = 1024;
  private static final int BATCHES_AT_ONCE = 4;

  /** Together with the next below 256, beyond which the SDK's own buffer overflows. */
  private static final int COMPLETIONS_AT_ONCE = 150;

  private static final int PREFETCH = 100;
  private static final int IDLE = 200;
  private static final Duration LONG = Duration.ofMinutes(5);

  private final BusProcess bus;
  private final int messages;

  private BusBench(BusProcess bus, int messages) {
    this.bus = bus;
    this.messages = messages;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var root = Path.of(arguments.length > 0 ? arguments[0] : "target/bench-bus");
    int messages = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 50_000;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    Files.createDirectories(root);
    var data = Files.createTempDirectory(root, "data");
    try (var bus = BusProcess.startFast(data, 0)) {
      new BusBench(bus, messages).run(root, rounds);
    }
    System.exit(0);
  }

  private void run(Path root, int rounds) throws IOException, InterruptedException {
    System.out.printf(
        "machine   %s, %d cores, %s %s%n",
        processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.version"));
    System.out.printf("jdk       %s%n", System.getProperty("java.vm.version"));
    System.out.printf("sdk       %s%n", version(ServiceBusClientBuilder.class));
    System.out.printf("disk      %s on %s%n", Files.getFileStore(root).type(), root);
    System.out.printf(
        "messages  %,d of %d bytes a round, fsync on; client and server share the cores%n%n",
        messages, BODY);
    System.out.printf(
        "%-8s %-40s %-40s%n",
        "round", "sent in batches of " + BATCH, "received and completed, one by one");
    for (int round = 1; round <= rounds; round++) {
      System.out.printf("%-8d %-40s %-40s%n", round, row(this::send), row(this::receive));
    }
    System.out.println("(in brackets: microseconds of processor time a message, server + client)");
    System.out.printf("%none idle connection: %,d bytes of the server's heap%n", idle());
  }

  /** The processor time does not depend on what else the machine has to do. */
  private String row(LongSupplier part) {
    var server = bus.cpu();
    var client = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    long nanos = part.getAsLong();
    return "%,d/s (%.1f + %.1f)"
        .formatted(
            messages * TimeUnit.SECONDS.toNanos(1) / nanos,
            micros(bus.cpu().minus(server)),
            micros(
                ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .orElse(Duration.ZERO)
                    .minus(client)));
  }

  private double micros(Duration time) {
    return time.toNanos() / 1000.0 / messages;
  }

  private long send() {
    try (var sender = builder().sender().queueName("jobs").buildAsyncClient()) {
      sendBatches(sender, 1);
      long start = System.nanoTime();
      sendBatches(sender, messages / BATCH - 1);
      return System.nanoTime() - start;
    }
  }

  private static void sendBatches(ServiceBusSenderAsyncClient sender, int count) {
    var body = BinaryData.fromBytes(new byte[BODY]);
    Flux.range(0, count)
        .flatMap(
            i ->
                sender.sendMessages(
                    IntStream.range(0, BATCH).mapToObj(j -> new ServiceBusMessage(body)).toList()),
            BATCHES_AT_ONCE)
        .blockLast(LONG);
  }

  private long receive() {
    try (var receiver =
        builder()
            .receiver()
            .queueName("jobs")
            .prefetchCount(PREFETCH)
            .disableAutoComplete()
            .maxAutoLockRenewDuration(Duration.ZERO)
            .buildAsyncClient()) {
      return received(receiver);
    }
  }

  private long received(ServiceBusReceiverAsyncClient receiver) {
    long start = System.nanoTime();
    receiver
        .receiveMessages()
        .flatMap(m -> receiver.complete(m).thenReturn(m), COMPLETIONS_AT_ONCE)
        .take(messages)
        .blockLast(LONG);
    return System.nanoTime() - start;
  }

  /** What many connections that do nothing add to the heap, for each. */
  private long idle() throws IOException, InterruptedException {
    List<AutoCloseable> clients = new ArrayList<>();
    clients.add(connected());
    long before = bus.heap();
    for (int i = 0; i < IDLE; i++) {
      clients.add(connected());
    }
    return (bus.heap() - before) / IDLE;
  }

  /** Each builder makes a connection of its own. */
  private AutoCloseable connected() {
    var sender = builder().sender().queueName("jobs").buildClient();
    sender.createMessageBatch();
    return sender;
  }

  private ServiceBusClientBuilder builder() {
    return new ServiceBusClientBuilder().connectionString(bus.connectionString());
  }

  private static String version(Class<?> type) {
    return type.getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .getPath()
        .replaceAll(".*/|\\.jar", "");
  }

  private static String processor() throws IOException {
    var info = Path.of("/proc/cpuinfo");
    return Files.isReadable(info)
        ? Files.readString(info)
            .lines()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.replaceFirst(".*: ", ""))
            .findFirst()
            .orElse("unknown")
        : System.getProperty("os.arch");
  }
}
