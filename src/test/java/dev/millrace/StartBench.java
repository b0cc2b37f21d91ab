package dev.millrace;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.millrace.amqp.LocalNamespace;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.job.JobId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** From the start of the launcher to open doors and to a first result. See bench/start. */
public final class StartBench {
  private static final int USUAL_ROUNDS = 5;

  private StartBench() {}

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : USUAL_ROUNDS;
    boolean cached = Files.exists(Path.of("target/app/millrace.aot"));
    System.out.printf(
        "java %s, %d processors, %s%n",
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        cached ? "with a start-up cache" : "without a start-up cache");
    var all = new ArrayList<List<Long>>();
    try (var client = HttpClient.newHttpClient()) {
      for (int i = 0; i < rounds; i++) {
        all.add(round(client));
      }
    }
    var names = List.of("http open", "http answers", "amqp open", "first result");
    for (int i = 0; i < names.size(); i++) {
      int column = i;
      System.out.printf(
          "%-13s ms %s%n",
          names.get(i), all.stream().map(each -> each.get(column)).sorted().toList());
    }
  }

  private static List<Long> round(HttpClient client) throws Exception {
    Path folder = Files.createTempDirectory("millrace-start");
    int busPort = free();
    int http = free();
    queued(folder.resolve("bus"));
    var command = new ProcessBuilder("./millrace", "serve");
    command.environment().put("MILLRACE_STORAGE_DIRECTORY", folder.toString());
    command.environment().put("MILLRACE_BUS_PORT", Integer.toString(busPort));
    command.environment().put("MILLRACE_HTTP_PORT", Integer.toString(http));
    command.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    command.redirectError(folder.resolve("log").toFile());
    long began = System.nanoTime();
    Process serve = command.start();
    try {
      var job =
          URI.create(
              "http://localhost:%d/v1/jobs/%s"
                  .formatted(http, JobId.ofMessage("default", "jobs", "first")));
      var done = new AtomicLongArray(4);
      var bus = Thread.ofPlatform().start(() -> await(began, done, 2, () -> open(busPort)));
      await(began, done, 0, () -> open(http));
      await(began, done, 1, () -> status(client, job.resolve("/health/liveness"), "UP"));
      await(began, done, 3, () -> status(client, job, "\"status\":\"succeeded\""));
      bus.join();
      return List.of(done.get(0), done.get(1), done.get(2), done.get(3));
    } finally {
      serve.destroy();
      if (!serve.waitFor(30, TimeUnit.SECONDS)) {
        serve.destroyForcibly();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  /** A job lies in the queue before the start. */
  private static void queued(Path bus) {
    try (var namespace =
            Namespace.open(
                NamespaceSetup.ofMillrace(),
                bus,
                InstantSource.system(),
                Namespace.Options.DEFAULT);
        var local = LocalNamespace.start(namespace, 0);
        var sender =
            new ServiceBusClientBuilder()
                .connectionString(local.connectionString())
                .sender()
                .queueName("jobs")
                .buildClient()) {
      sender.sendMessage(
          new ServiceBusMessage("{\"message\": \"What is 6 * 7?\"}").setMessageId("first"));
    }
  }

  private static void await(
      long began, AtomicLongArray done, int index, BooleanSupplier condition) {
    long end = began + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < end && !condition.getAsBoolean()) {
      LockSupport.parkNanos(10_000_000);
    }
    done.set(index, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }

  private static boolean open(int port) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean status(HttpClient client, URI address, String wanted) {
    try {
      return client
          .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
          .body()
          .contains(wanted);
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int free() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
