package dev.millrace.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Sending;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * A process with a namespace of its own, to be killed. Before it asks for something it says so, and
 * again when it was granted: {@code ?} will send, {@code +} sent, {@code ~} will complete, {@code
 * -} completed.
 */
final class OtherBroker {
  private static final int SENDERS = 4;

  private OtherBroker() {}

  static Process start(String what, Path directory, int round) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(OtherBroker.class.getName(), what, directory.toString(), "" + round));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  public static void main(String[] arguments) {
    var setup =
        new NamespaceSetup(
            "test", List.of(new QueueSetup("q", Fixture.PLAIN, Sending.DEFAULT)), List.of());
    var namespace =
        Namespace.open(
            setup, Path.of(arguments[1]), InstantSource.system(), Namespace.Options.DEFAULT);
    var queue = (Queue) namespace.entity("q");
    String round = arguments[2];
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SENDERS; i++) {
        String sender = round + "-" + i;
        threads.submit(() -> send(queue, sender));
        threads.submit(() -> settle(queue));
      }
    }
  }

  private static void send(Queue queue, String sender) {
    for (int i = 0; ; i++) {
      List<Message> batch = new ArrayList<>();
      for (int j = 0; j < batchSize(i); j++) {
        String name = sender + "-" + i + "-" + j;
        batch.add(Fixture.message(name));
        say("? " + name);
      }
      Fixture.done(queue.publish(batch));
      batch.forEach(message -> say("+ " + new String(message.payload(), US_ASCII)));
    }
  }

  static int batchSize(int number) {
    return number % 5 + 1;
  }

  private static void settle(Queue queue) {
    var receiver = queue.receiver(Mode.PEEK_LOCK, () -> {});
    while (true) {
      for (Delivery delivery : receiver.receive(3)) {
        String name = Fixture.text(delivery);
        switch ((int) (delivery.sequenceNumber() % 4)) {
          case 0 ->
              Fixture.done(
                  queue.settle(Fixture.token(delivery), new Settlement.Abandon(Map.of("a", 1))));
          case 1 -> Fixture.done(queue.settle(Fixture.token(delivery), Fixture.DEFER));
          default -> {
            say("~ " + name);
            Fixture.done(queue.settle(Fixture.token(delivery), Fixture.COMPLETE));
            say("- " + name);
          }
        }
      }
    }
  }

  private static void say(String line) {
    byte[] bytes = (line + ".\n").getBytes(US_ASCII);
    // One write per line, so that a kill leaves at most one half.
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
