package dev.millrace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Restate and a handler of six steps, each in a process of its own. */
final class RestatePeer implements AutoCloseable {
  private static final Path HOME = Path.of("bench/restate");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process server;
  private final Process handler;
  private final HttpClient http;
  private final URI ingress;

  private RestatePeer(Process server, Process handler, HttpClient http, URI ingress) {
    this.server = server;
    this.handler = handler;
    this.http = http;
    this.ingress = ingress;
  }

  /** Nothing where it is not installed. */
  static Optional<RestatePeer> start(Path directory) throws Exception {
    Optional<Path> program = program();
    return program.isEmpty() ? Optional.empty() : Optional.of(start(program.get(), directory));
  }

  private static Optional<Path> program() throws IOException {
    Path packages = HOME.resolve("node_modules/@restatedev");
    if (!Files.isDirectory(packages)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(packages)) {
      return all.map(each -> each.resolve("bin/restate-server").toAbsolutePath())
          .filter(Files::isExecutable)
          .filter(each -> !each.getParent().getParent().endsWith("restate-server"))
          .findFirst();
    }
  }

  private static RestatePeer start(Path program, Path directory) throws Exception {
    int node = free();
    int admin = free();
    int ingress = free();
    var command = new ProcessBuilder(program.toString(), "--no-logo", "--listen-mode", "tcp");
    command.environment().put("RESTATE_BASE_DIR", directory.toString());
    command.environment().put("RESTATE_BIND_ADDRESS", "127.0.0.1:" + node);
    command.environment().put("RESTATE_ADVERTISED_ADDRESS", "http://127.0.0.1:" + node);
    command.environment().put("RESTATE_ADMIN__BIND_ADDRESS", "127.0.0.1:" + admin);
    command.environment().put("RESTATE_INGRESS__BIND_ADDRESS", "127.0.0.1:" + ingress);
    command.environment().put("RESTATE_DISABLE_TELEMETRY", "true");
    command.redirectErrorStream(true);
    command.redirectOutput(Files.createDirectories(directory).resolve("server.log").toFile());
    var http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    Process server = command.start();
    Process handler =
        new ProcessBuilder("node", HOME.resolve("handler.mjs").toString())
            .redirectError(directory.resolve("handler.log").toFile())
            .start();
    var peer = new RestatePeer(server, handler, http, at(ingress, "/job/run"));
    try {
      String registration = "{\"uri\": \"http://127.0.0.1:%d\"}".formatted(port(handler));
      Eventually.that(
          "Restate knows the handler",
          () -> peer.status(at(admin, "/deployments"), registration) == 201);
      Eventually.that("Restate answers", () -> peer.status(peer.ingress, "\"warm\"") == 200);
      return peer;
    } catch (Exception | AssertionError e) {
      peer.close();
      throw e;
    }
  }

  private static URI at(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static int port(Process handler) throws IOException {
    var lines =
        new BufferedReader(new InputStreamReader(handler.getInputStream(), StandardCharsets.UTF_8));
    String line = lines.readLine();
    while (line != null && !line.startsWith("port ")) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("the handler of Restate has ended");
    }
    return Integer.parseInt(line.substring("port ".length()));
  }

  private int status(URI address, String body) {
    try {
      return post(address, body).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One job from its submission to its result. */
  void job() throws IOException, InterruptedException {
    var answer = post(ingress, "\"six steps\"");
    if (answer.statusCode() != 200 || !answer.body().equals("\"done\"")) {
      throw new IllegalStateException("void: %d %s".formatted(answer.statusCode(), answer.body()));
    }
  }

  private HttpResponse<String> post(URI address, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(address)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .POST(BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  private static int free() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws InterruptedException {
    handler.destroy();
    server.destroy();
    if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      server.destroyForcibly();
    }
    http.shutdownNow();
  }
}
