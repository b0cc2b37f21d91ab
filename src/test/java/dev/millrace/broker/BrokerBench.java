package dev.millrace.broker;

import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * How fast messages of one kilobyte come in and go out, without any wire: sent in batches or
 * singly, received and completed. Run it with {@code bench/broker}.
 */
final class BrokerBench {
  private static final int IN_FLIGHT = 256;
  private static final String KILOBYTE = "x".repeat(1024);

  private BrokerBench() {}

  public static void main(String[] arguments) throws Exception {
    int messages = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    for (boolean fsync : new boolean[] {true, false}) {
      Path directory = Files.createTempDirectory("broker-bench");
      var setup =
          new NamespaceSetup(
              "bench", List.of(new QueueSetup("q", Receiving.DEFAULT, Sending.DEFAULT)), List.of());
      var options = new Namespace.Options(fsync, true);
      try (var namespace = Namespace.open(setup, directory, InstantSource.system(), options)) {
        var queue = (Queue) namespace.entity("q");
        for (int round = 1; round <= rounds; round++) {
          String title = (fsync ? "fsync" : "no fsync") + ", round " + round;
          say(title + ": batches of 500", messages, send(queue, messages, 500, 4));
          say(title + ": receive and complete", messages, receive(queue, messages));
          say(title + ": single sends", messages, send(queue, messages, 1, IN_FLIGHT));
          say(title + ": receive and complete", messages, receive(queue, messages));
        }
        long size = Files.size(directory.resolve("broker.mv"));
        System.out.printf("the file has %,d bytes%n", size);
      } finally {
        Files.delete(directory.resolve("broker.mv"));
        Files.delete(directory);
      }
    }
  }

  private static double send(Queue queue, int messages, int batch, int inFlight)
      throws InterruptedException {
    List<Message> sent = Collections.nCopies(batch, Fixture.message(KILOBYTE));
    var free = new Semaphore(inFlight);
    long start = System.nanoTime();
    for (int i = 0; i < messages; i += batch) {
      free.acquire();
      queue.publish(sent).thenRun(free::release);
    }
    free.acquire(inFlight);
    return seconds(start);
  }

  private static double receive(Queue queue, int messages) throws InterruptedException {
    var free = new Semaphore(IN_FLIGHT);
    long start = System.nanoTime();
    try (var receiver = queue.receiver(Mode.PEEK_LOCK, () -> {})) {
      for (int received = 0; received < messages; ) {
        List<UUID> tokens = new ArrayList<>();
        receiver.receive(50).forEach(each -> tokens.add(Fixture.token(each)));
        received += tokens.size();
        for (UUID token : tokens) {
          free.acquire();
          queue.settle(token, Fixture.COMPLETE).thenRun(free::release);
        }
      }
    }
    free.acquire(IN_FLIGHT);
    return seconds(start);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void say(String what, int messages, double seconds) {
    System.out.printf("%-40s %,10.0f messages/s%n", what, messages / seconds);
  }
}
