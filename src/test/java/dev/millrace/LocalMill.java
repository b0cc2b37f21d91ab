package dev.millrace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Everything as it is on a machine where nothing is set up, in this process, and a client. */
public final class LocalMill implements AutoCloseable {
  private final Path folder;
  private final Mill mill;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private LocalMill(Path folder, Mill mill) {
    this.folder = folder;
    this.mill = mill;
  }

  /**
   * @param settings besides those that keep it apart from others
   */
  public static LocalMill start(Map<String, Object> settings) {
    Needs.present(
        "the Python of sessions",
        Files.isExecutable(Path.of(".venv/bin/python")),
        "executor/prepare");
    try {
      Path folder = Files.createTempDirectory("mill");
      var given = new HashMap<String, Object>(LocalHost.FREE_PORTS);
      given.put("millrace.storage.directory", folder.resolve("data").toString());
      given.putAll(settings);
      return new LocalMill(folder, Mill.start(Assembly.start(folder.resolve(".env"), given)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public <T> T get(Class<T> type) {
    return mill.get(type);
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(mill.address() + path)).timeout(Duration.ofMinutes(2));
  }

  public HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  public HttpResponse<String> post(String path, String json, String... headers)
      throws IOException, InterruptedException {
    var request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE());
  }

  @Override
  public void close() {
    client.close();
    mill.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
