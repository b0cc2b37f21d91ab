package dev.millrace;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A server in a process of its own, as {@code ./millrace serve} starts it. */
final class ServeProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path log;
  private String address = "";
  private String connectionString = "";

  private ServeProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts one and waits until its doors are open, or until it ends. */
  static ServeProcess start(Path folder) throws IOException {
    return start(folder, Map.of());
  }

  /** Starts one with settings of its own, and waits as well. */
  static ServeProcess start(Path folder, Map<String, String> settings) throws IOException {
    var serve = begin(folder, settings);
    serve.read();
    return serve;
  }

  /** Starts one, and waits for nothing. */
  static ServeProcess begin(Path folder) throws IOException {
    return begin(folder, Map.of());
  }

  private static ServeProcess begin(Path folder, Map<String, String> settings) throws IOException {
    Path log = Files.createTempFile(folder, "serve", ".log");
    var command = command(folder, "serve").redirectError(log.toFile());
    command.environment().putAll(settings);
    return new ServeProcess(command.start(), log);
  }

  /** What starts a command of ours in a process of its own. */
  static ProcessBuilder command(Path folder, String... words) {
    var all =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dmillrace.home=" + Path.of("").toAbsolutePath(),
                "-cp",
                classPath(),
                Main.class.getName()));
    all.addAll(List.of(words));
    var command = new ProcessBuilder(all).directory(folder.toFile());
    command.environment().put("MILLRACE_BUS_PORT", "0");
    command.environment().put("MILLRACE_BUS_LOCK", "5s");
    command.environment().put("MILLRACE_HTTP_PORT", "0");
    command.environment().put("MILLRACE_STORAGE_DIRECTORY", folder.resolve("data").toString());
    return command;
  }

  /** It runs elsewhere, where no .env of a developer lies. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void read() throws IOException {
    List<String> lines = new ArrayList<>();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    while (line != null && !line.startsWith("Stop it")) {
      lines.add(line.strip());
      line = out.readLine();
    }
    for (String each : lines) {
      address = each.startsWith("http ") ? each.substring(each.lastIndexOf(' ') + 1) : address;
      connectionString = each.startsWith("Endpoint=") ? each : connectionString;
    }
  }

  URI address() {
    return URI.create(address);
  }

  String connectionString() {
    return connectionString;
  }

  String said() throws IOException {
    return Files.readString(log);
  }

  long pid() {
    return process.pid();
  }

  /** As {@code kill} does it, or a container. */
  int terminate() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    exitCode();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the server did not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
