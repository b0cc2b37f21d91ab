package dev.millrace.amqp;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ./millrace bus} as a process of its own, which can be killed. */
public final class BusProcess implements AutoCloseable {
  private static final String ENDPOINT = "Endpoint=";

  private final Process process;
  private final List<String> greeting = new ArrayList<>();
  private String connectionString = "";

  private BusProcess(Process process) {
    this.process = process;
  }

  /** Starts it and waits until it listens. */
  public static BusProcess start(Path data, int port, String... more) throws IOException {
    return start("-XX:TieredStopAtLevel=1", data, port, more);
  }

  /** As the launcher starts it: with all compilers, which pays for what runs longer than a test. */
  static BusProcess startFast(Path data, int port) throws IOException {
    return start("-XX:+TieredCompilation", data, port);
  }

  private static BusProcess start(String option, Path data, int port, String... more)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                tool("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                option,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.millrace.Main",
                "bus",
                "--port",
                String.valueOf(port),
                "--data",
                data.toString()));
    command.addAll(List.of(more));
    var started =
        new BusProcess(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    started.readGreeting(started.process.inputReader());
    return started;
  }

  private void readGreeting(BufferedReader out) throws IOException {
    for (var line = out.readLine(); line != null; line = out.readLine()) {
      greeting.add(line);
      if (line.startsWith(ENDPOINT)) {
        connectionString = line;
      }
      if (line.startsWith("Stop it")) {
        return;
      }
    }
    throw new IOException("the bus did not start: " + greeting);
  }

  public String connectionString() {
    return connectionString;
  }

  int port() {
    return Integer.parseInt(connectionString.replaceAll(".*localhost:(\\d+);.*", "$1"));
  }

  public List<String> greeting() {
    return greeting;
  }

  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** How many bytes of its heap are alive, as the JDK's own tool counts them. */
  long heap() throws IOException, InterruptedException {
    var histogram =
        new ProcessBuilder(tool("jcmd"), String.valueOf(process.pid()), "GC.class_histogram")
            .start();
    try (var lines = histogram.inputReader()) {
      var total = lines.lines().filter(line -> line.startsWith("Total")).findFirst();
      histogram.waitFor();
      return total
          .map(line -> Long.parseLong(line.trim().split("\\s+")[2]))
          .orElseThrow(() -> new IOException("jcmd counted nothing"));
    }
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As {@code kill}, and Ctrl-C; returns the exit code. */
  int stop() throws InterruptedException, IOException {
    process.destroy();
    if (!process.waitFor(LocalBus.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException("the bus did not stop");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
