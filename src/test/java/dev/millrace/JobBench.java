package dev.millrace;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import dev.millrace.amqp.LocalNamespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.intake.Submission;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Owner;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import dev.millrace.storage.disk.DiskStorage;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What {@code bench/jobs} runs. */
final class JobBench {
  private static final Owner OWNER = new Owner("default", "local");
  private static final int WARM_UP = 2_000;
  private static final int ALONE = 500;
  private static final int TOGETHER = 5_000;
  private static final int IN_FLIGHT = 32;
  private static final int PARKED = 2_000;

  private final Path directory;
  private final Map<String, CompletableFuture<ServiceBusReceivedMessage>> awaited =
      new ConcurrentHashMap<>();
  private final AtomicInteger results = new AtomicInteger();
  private final Script model = new Script();

  private JobBench(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] args) throws Exception {
    Path directory =
        args.length > 0
            ? Files.createDirectories(Path.of(args[0]))
            : Files.createTempDirectory("millrace-bench");
    new JobBench(directory).run(args.length > 1 ? Integer.parseInt(args[1]) : 5);
    System.exit(0);
  }

  private void run(int rounds) throws Exception {
    System.out.printf(
        "%d cores, Java %s, heap %d MB, %s %s, %s on %s%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        Runtime.getRuntime().maxMemory() >> 20,
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        Files.getFileStore(directory).type(),
        directory);
    try (var broker =
            dev.millrace.broker.Namespace.open(
                NamespaceSetup.ofMillrace(),
                directory.resolve("bus"),
                InstantSource.system(),
                dev.millrace.broker.Namespace.Options.DEFAULT);
        var local = LocalNamespace.start(broker, 0);
        var storage = DiskStorage.open(directory.resolve("data"), InstantSource.system());
        var namespace =
            new Namespace(() -> builder(local), Duration.ofSeconds(30), new SplittableRandom(1));
        var mill =
            new TestMill(
                    "bench",
                    namespace,
                    storage,
                    new Queues(List.of(new Queues.Queue("jobs", OWNER))),
                    model,
                    new NoOp(),
                    new BusSettings.Limits(PARKED, 1, 1),
                    TestMill.PATIENCE)
                .start();
        var subscriber =
            builder(local)
                .receiver()
                .topicName("results")
                .subscriptionName("all")
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .prefetchCount(200)
                .buildAsyncClient()) {
      var listening = subscriber.receiveMessages().subscribe(this::received);
      together(mill, WARM_UP);
      for (int round = 1; round <= rounds; round++) {
        long[] flush = flushes();
        long[] alone = alone(mill);
        double rate = TOGETHER / together(mill, TOGETHER);
        System.out.printf(
            "round %d: flush p50 %s p99 %s | one at a time p50 %s p99 %s, %.1f flushes + 3 ms at"
                + " p50 | %d in flight %,.0f jobs/s%n",
            round,
            millis(flush, 50),
            millis(flush, 99),
            millis(alone, 50),
            millis(alone, 99),
            (at(alone, 50) - 3e6) / at(flush, 50),
            IN_FLIGHT,
            rate);
      }
      parked(mill);
      listening.dispose();
    }
  }

  private void received(ServiceBusReceivedMessage message) {
    results.incrementAndGet();
    awaited(message.getMessageId()).complete(message);
  }

  private CompletableFuture<ServiceBusReceivedMessage> awaited(String messageId) {
    return awaited.computeIfAbsent(messageId, id -> new CompletableFuture<>());
  }

  private long[] alone(TestMill mill) throws Exception {
    long[] took = new long[ALONE];
    for (int i = 0; i < took.length; i++) {
      long began = System.nanoTime();
      job(mill, "six steps");
      took[i] = System.nanoTime() - began;
    }
    return took;
  }

  /** The seconds that so many jobs take. */
  private double together(TestMill mill, int jobs) throws Exception {
    int before = results.get();
    long began = System.nanoTime();
    var left = new AtomicInteger(jobs);
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all =
          IntStream.range(0, IN_FLIGHT)
              .<Future<?>>mapToObj(
                  i ->
                      clients.submit(
                          () -> {
                            while (left.decrementAndGet() >= 0) {
                              job(mill, "six steps");
                            }
                            return null;
                          }))
              .toList();
      for (var client : all) {
        client.get();
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    if (results.get() - before != jobs) {
      throw new IllegalStateException(
          "void: %d results of %d jobs".formatted(results.get() - before, jobs));
    }
    return seconds;
  }

  /** Submits a job and waits for its result; the figures are void if it is not the right one. */
  private void job(TestMill mill, String message) throws Exception {
    String id = submit(mill, message);
    var result = awaited(id + "/result").get(60, TimeUnit.SECONDS);
    awaited.remove(id + "/result");
    check(result);
  }

  private static String submit(TestMill mill, String message) {
    var submission =
        mill.intake.submit(
            OWNER, JobRequest.of("analyst", message), "one hash for all", Optional.empty());
    return ((Submission.Accepted) submission).log().job().id().value();
  }

  private static void check(ServiceBusReceivedMessage result) throws IOException {
    var body =
        Json.MAPPER.readValue(result.getBody().toBytes(), io.micronaut.json.tree.JsonNode.class);
    var usage = body.get("usage");
    var repeated = body.get("repeated");
    if (!body.get("response").getStringValue().equals("done")
        || usage.get("modelTurns").getIntValue() != 3
        || usage.get("toolCalls").getIntValue() != 3
        || repeated.get("modelTurns").getIntValue() != 0
        || repeated.get("toolCalls").getIntValue() != 0) {
      throw new IllegalStateException("void: " + result.getBody());
    }
  }

  /** Jobs that wait for their model, and what they cost meanwhile: here, broker and all. */
  private void parked(TestMill mill) throws Exception {
    model.gate = new CountDownLatch(1);
    model.waiting.set(0);
    long before = heap();
    int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
    List<String> jobs =
        IntStream.range(0, PARKED).mapToObj(i -> submit(mill, "six steps")).toList();
    long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (model.waiting.get() < PARKED) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            "void: %d jobs are in flight".formatted(model.waiting.get()));
      }
      Thread.onSpinWait();
    }
    long with = heap();
    System.out.printf(
        "%,d jobs in flight: %.1f KB of heap each, %d platform threads (%d before)%n",
        PARKED,
        (with - before) / 1024.0 / PARKED,
        ManagementFactory.getThreadMXBean().getThreadCount(),
        threadsBefore);
    model.gate.countDown();
    for (String id : jobs) {
      check(awaited(id + "/result").get(120, TimeUnit.SECONDS));
    }
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private long[] flushes() throws IOException {
    long[] took = new long[500];
    Path file = directory.resolve("flush");
    Files.deleteIfExists(file);
    try (var channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      for (int i = 0; i < took.length; i++) {
        long began = System.nanoTime();
        channel.write(ByteBuffer.allocate(300), i * 300L);
        channel.force(false);
        took[i] = System.nanoTime() - began;
      }
    }
    return took;
  }

  private static long at(long[] nanos, int percentile) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[(int) ((sorted.length - 1L) * percentile / 100)];
  }

  private static String millis(long[] nanos, int percentile) {
    return "%.2f ms".formatted(at(nanos, percentile) / 1e6);
  }

  private static ServiceBusClientBuilder builder(LocalNamespace local) {
    return new ServiceBusClientBuilder()
        .connectionString(local.connectionString())
        .retryOptions(Namespace.RETRIES);
  }

  /** Two tools at once, then one, then the answer: six steps. */
  private static final class Script implements LanguageModel {
    volatile CountDownLatch gate = new CountDownLatch(0);
    final AtomicInteger waiting = new AtomicInteger();

    @Override
    public String name() {
      return "instant";
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      waiting.incrementAndGet();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      long turn = prompt.messages().stream().filter(m -> !m.toolCalls().isEmpty()).count();
      var calls =
          IntStream.range(0, (int) (2 - turn))
              .mapToObj(i -> ToolCall.of("c" + i, "no_op", Map.<String, Object>of()))
              .toList();
      return new Reply.Answer(
          Message.assistant(calls.isEmpty() ? "done" : "", calls), new Usage(1, 1), null);
    }
  }

  private static final class NoOp implements Tool {
    @Override
    public String name() {
      return "no_op";
    }

    @Override
    public String description() {
      return "Does nothing.";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "object");
    }

    @Override
    public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
      return ToolOutcome.of("nothing");
    }
  }
}
