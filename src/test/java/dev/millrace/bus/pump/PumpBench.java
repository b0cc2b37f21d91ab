package dev.millrace.bus.pump;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.millrace.amqp.LocalNamespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.TestBus;
import dev.millrace.bus.Verdict;
import dev.millrace.bus.servicebus.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/** What {@code bench/pump} runs. */
final class PumpBench {
  private static final byte[] BODY = new byte[1024];

  private PumpBench() {}

  public static void main(String[] args) throws Exception {
    Path directory =
        args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("millrace-bench");
    int messages = args.length > 1 ? Integer.parseInt(args[1]) : 20_000;
    int seats = args.length > 2 ? Integer.parseInt(args[2]) : BusSettings.Limits.USUAL.all();
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
    System.out.printf(
        "%d cores, Java %s, %d messages of %d bytes, %d seats, flushing to %s%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        messages,
        BODY.length,
        seats,
        directory);
    try (var broker =
            dev.millrace.broker.Namespace.open(
                NamespaceSetup.ofMillrace(),
                directory.resolve("bus"),
                InstantSource.system(),
                dev.millrace.broker.Namespace.Options.DEFAULT);
        var local = LocalNamespace.start(broker, 0)) {
      for (int round = 1; round <= rounds; round++) {
        long cpu = cpu();
        double rate = round(local, messages, seats);
        System.out.printf(
            "round %d: %,.0f messages/s, %.1f us of processor time each, sending included%n",
            round, rate, (cpu() - cpu) / 1000.0 / messages);
      }
    }
    System.exit(0);
  }

  /** It does not depend on what else the machine has to do. */
  private static long cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  private static double round(LocalNamespace local, int messages, int seats) throws Exception {
    try (var sender = builder(local).sender().queueName("jobs").buildClient()) {
      send(sender, messages);
    }
    var left = new CountDownLatch(messages);
    try (var namespace =
            new Namespace(() -> builder(local), Duration.ofSeconds(30), new SplittableRandom(1));
        var pump =
            new Pump(
                namespace,
                TestBus.queues("jobs"),
                new BusSettings.Limits(seats - 2, 1, 1),
                delivery -> {
                  left.countDown();
                  return new Verdict.Done();
                })) {
      long began = System.nanoTime();
      pump.start();
      left.await();
      while (pump.inHand() > 0) {
        Thread.onSpinWait();
      }
      return messages / ((System.nanoTime() - began) / 1e9);
    }
  }

  private static void send(ServiceBusSenderClient sender, int messages) {
    var batch = sender.createMessageBatch();
    for (int i = 0; i < messages; i++) {
      var message = new ServiceBusMessage(BODY);
      if (!batch.tryAddMessage(message)) {
        sender.sendMessages(batch);
        batch = sender.createMessageBatch();
        batch.tryAddMessage(message);
      }
    }
    sender.sendMessages(batch);
  }

  private static ServiceBusClientBuilder builder(LocalNamespace local) {
    return new ServiceBusClientBuilder()
        .connectionString(local.connectionString())
        .retryOptions(Namespace.RETRIES);
  }
}
