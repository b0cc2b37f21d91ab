package dev.millrace;

import dev.millrace.amqp.LocalNamespace;
import dev.millrace.broker.Entity;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Topic;
import dev.millrace.broker.setup.NamespaceSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "bus",
    description = {
      "Runs the local Service Bus alone.",
      "It is an emulator for any project, listens on this machine only, and runs until Ctrl-C."
    },
    mixinStandardHelpOptions = true)
final class BusCommand implements Callable<Integer> {
  private static final int LAST_PORT = 65_535;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where to listen; 0 for any port that is free. Default: ${DEFAULT-VALUE}")
  private int port = LocalNamespace.USUAL_PORT;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "The entities, in the JSON of Microsoft's emulator.",
        "Default: the queue and the topic of Millrace"
      })
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where messages are kept. Default: ${DEFAULT-VALUE}")
  private Path data = Path.of(".millrace", "bus");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > LAST_PORT) {
      throw new Misconfigured(
          List.of("--port is a number from 0 to %d, not %d.".formatted(LAST_PORT, port)), null);
    }
    var setup = config == null ? NamespaceSetup.ofMillrace() : setup(config);
    var stop = new CountDownLatch(1);
    var stopped = new CountDownLatch(1);
    var hook = new Thread(() -> stopAndWait(stop, stopped), "stop");
    try (var namespace = open(setup);
        var local = listen(namespace)) {
      Runtime.getRuntime().addShutdownHook(hook);
      introduce(local, namespace.entities());
      stop.await();
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private Namespace open(NamespaceSetup setup) {
    try {
      return Namespace.open(setup, data, InstantSource.system(), Namespace.Options.DEFAULT);
    } catch (IllegalStateException | UncheckedIOException e) {
      throw new Misconfigured(List.of(String.valueOf(e.getMessage())), e);
    }
  }

  private LocalNamespace listen(Namespace namespace) {
    try {
      return LocalNamespace.start(namespace, port);
    } catch (UncheckedIOException e) {
      throw new Misconfigured(List.of(String.valueOf(e.getMessage())), e);
    }
  }

  private void introduce(LocalNamespace local, List<Entity> entities) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "The local Service Bus listens on port %d and keeps its data in %s.%n%n",
        local.port(), data);
    out.println(local.connectionString());
    out.println();
    entities.forEach(entity -> out.println(described(entity)));
    out.println();
    out.println("Stop it with Ctrl-C.");
    out.flush();
  }

  private static String described(Entity entity) {
    return switch (entity) {
      case Topic topic -> "topic         " + topic.address();
      case Queue queue when queue.kind() == Queue.Kind.SUBSCRIPTION ->
          "subscription  " + queue.address();
      case Queue queue -> "queue         " + queue.address();
    };
  }

  private static NamespaceSetup setup(Path file) {
    try {
      return NamespaceSetup.read(JsonTree.read(file));
    } catch (IOException e) {
      throw new Misconfigured(List.of("Cannot read %s: %s".formatted(file, e.getMessage())), e);
    } catch (IllegalArgumentException e) {
      throw new Misconfigured(
          String.valueOf(e.getMessage()).lines().map(line -> file + ": " + line).toList(), e);
    }
  }

  /** The process ends when its hooks have: so this one waits until the store is closed. */
  private static void stopAndWait(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
