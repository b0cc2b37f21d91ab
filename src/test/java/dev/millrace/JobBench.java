package dev.millrace;

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
import dev.millrace.job.Owner;
import dev.millrace.storage.disk.DiskStorage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What {@code bench/jobs} runs. */
final class JobBench {
  private static final Owner OWNER = new Owner("default", "local");
  private static final int WARM_UP = 4_000;
  private static final int ALONE = 500;
  private static final int TOGETHER = 5_000;
  private static final int IN_FLIGHT = 32;
  private static final int PARKED = 2_000;

  /** It is slower, and need not take longer. */
  private static final int PEER_WARM_UP = 1_000;

  private static final int PEER_ALONE = 100;
  private static final int PEER_TOGETHER = 1_500;

  private final Path directory;
  private final Map<String, CompletableFuture<ServiceBusReceivedMessage>> awaited =
      new ConcurrentHashMap<>();
  private final AtomicInteger results = new AtomicInteger();
  private final SixSteps model = new SixSteps();

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
    System.out.println(
        "Jobs of six steps, each of them flushed to the disk before the next: Millrace in its"
            + " journal (fdatasync, many at once), Restate 1.7.12 in its log (RocksDB, as it"
            + " comes).");
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
                    new SixSteps.NoOp(),
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
      warm("millrace", WARM_UP, () -> job(mill));
      try (var restate = RestatePeer.start(directory.resolve("restate")).orElse(null)) {
        if (restate == null) {
          System.out.println("Restate is left out: bench/restate/prepare says why.");
        } else {
          warm("restate", PEER_WARM_UP, restate::job);
        }
        rounds(rounds, mill, restate);
      }
      parked(mill);
      listening.dispose();
    }
  }

  /** What is compiled while it runs, on either side, is compiled before anything is measured. */
  private static void warm(String who, int jobs, Load.Job job) throws Exception {
    List<Double> rates = Load.untilSteady(jobs, IN_FLIGHT, job);
    System.out.printf(
        "  %-8s warmed up by %,d jobs, %,d after %,d: jobs/s %s%n",
        who,
        rates.size() * jobs,
        jobs,
        jobs,
        rates.stream().map(rate -> "%.0f".formatted(rate)).collect(Collectors.joining(" ")));
  }

  /** Both in turns, so that what else the machine does meets both. */
  private void rounds(int rounds, TestMill mill, @Nullable RestatePeer restate) throws Exception {
    var rates = new double[rounds];
    var peers = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      long[] flush = Load.flushes(directory);
      double unit = Load.millisAt(flush, 50);
      System.out.printf(
          "round %d: flush p50 %.2f p99 %.2f ms%n", round + 1, unit, Load.millisAt(flush, 99));
      long[] alone = Load.alone(ALONE, () -> job(mill));
      int before = results.get();
      rates[round] = Load.rate(TOGETHER, IN_FLIGHT, () -> job(mill));
      if (results.get() - before != TOGETHER) {
        throw new IllegalStateException(
            "void: %d results of %d jobs".formatted(results.get() - before, TOGETHER));
      }
      row("millrace", alone, rates[round]);
      System.out.printf(
          "  millrace is %.1f flushes + 3 ms at p50%n", (Load.millisAt(alone, 50) - 3) / unit);
      if (restate != null) {
        long[] peerAlone = Load.alone(PEER_ALONE, restate::job);
        peers[round] = Load.rate(PEER_TOGETHER, IN_FLIGHT, restate::job);
        row("restate", peerAlone, peers[round]);
      }
    }
    summary("millrace", rates);
    if (restate != null) {
      summary("restate", peers);
      System.out.printf("millrace does %.1f times as many%n", median(rates) / median(peers));
    }
  }

  private static void row(String who, long[] alone, double rate) {
    System.out.printf(
        "  %-8s one at a time p50 %6.2f p99 %6.2f ms | %d in flight %,.0f jobs/s%n",
        who, Load.millisAt(alone, 50), Load.millisAt(alone, 99), IN_FLIGHT, rate);
  }

  private static void summary(String who, double[] rates) {
    var all = DoubleStream.of(rates).summaryStatistics();
    System.out.printf(
        "%-8s median %,.0f jobs/s, from %,.0f to %,.0f%n",
        who, median(rates), all.getMin(), all.getMax());
  }

  private static double median(double[] rates) {
    return DoubleStream.of(rates).sorted().toArray()[rates.length / 2];
  }

  private void received(ServiceBusReceivedMessage message) {
    results.incrementAndGet();
    awaited(message.getMessageId()).complete(message);
  }

  private CompletableFuture<ServiceBusReceivedMessage> awaited(String messageId) {
    return awaited.computeIfAbsent(messageId, id -> new CompletableFuture<>());
  }

  /** Submits a job and waits for its result; the figures are void if it is not the right one. */
  private void job(TestMill mill) throws Exception {
    String id = submit(mill);
    var result = awaited(id + "/result").get(); // Load keeps the time
    awaited.remove(id + "/result");
    check(result);
  }

  private static String submit(TestMill mill) {
    var submission =
        mill.intake.submit(
            OWNER, JobRequest.of("analyst", "six steps"), "one hash for all", Optional.empty());
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
    List<String> jobs = IntStream.range(0, PARKED).mapToObj(i -> submit(mill)).toList();
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

  private static ServiceBusClientBuilder builder(LocalNamespace local) {
    return new ServiceBusClientBuilder()
        .connectionString(local.connectionString())
        .retryOptions(Namespace.RETRIES);
  }
}
