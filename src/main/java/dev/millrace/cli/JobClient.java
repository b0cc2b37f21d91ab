package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Speaks to the HTTP API of one server. */
final class JobClient implements AutoCloseable {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int TRIES = 3;

  private final URI server;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECTING)
          .build();

  JobClient(URI server) {
    String base = server.toString();
    this.server = URI.create(base.endsWith("/") ? base : base + "/");
  }

  /**
   * Submits a job; answers it as it stands. Sent again after an answer was lost, it is the same
   * job.
   */
  Tree submit(Map<String, @Nullable Object> request, List<Path> files) {
    String key = UUID.randomUUID().toString();
    for (int tried = 1; ; tried++) {
      try {
        return Tree.read(submit(request, files, key));
      } catch (IOException e) {
        if (tried == TRIES) {
          throw unreachable(e);
        }
      }
    }
  }

  private String submit(Map<String, @Nullable Object> request, List<Path> files, String key)
      throws IOException {
    String json = Tree.written(request);
    var upload = new Upload(key);
    String type = "application/json";
    BodyPublisher body = BodyPublishers.ofString(json);
    if (!files.isEmpty()) {
      upload.json("request", json);
      files.forEach(file -> upload.file("files", file));
      type = upload.contentType();
      body = upload.body();
    }
    return send(
        to("v1/jobs")
            .header("Content-Type", type)
            .header("Idempotency-Key", key)
            .timeout(ANSWER.plusMinutes(files.size()))
            .POST(body),
        text());
  }

  /** Where all jobs are listed, the latest first. */
  URI jobs() {
    return server.resolve("v1/jobs");
  }

  /** A job as it stands, in JSON. */
  String job(String id) {
    return whole(to("v1/jobs/" + id).timeout(ANSWER).GET());
  }

  /** Asks for a job to be stopped. */
  void cancel(String id, Duration limit) {
    whole(to("v1/jobs/" + id + "/cancel").timeout(limit).POST(BodyPublishers.noBody()));
  }

  /** Where a job is found by other means. */
  URI address(String id) {
    return server.resolve("v1/jobs/" + id);
  }

  /**
   * The lines of the events of a job, from one event on.
   *
   * @throws IOException when the server is away now
   */
  Stream<String> events(String id, @Nullable String after) throws IOException {
    var request = to("v1/jobs/" + id + "/events").header("Accept", "text/event-stream");
    if (after != null) {
      request.header("Last-Event-ID", after);
    }
    return send(
        request.GET(),
        answer ->
            answer.statusCode() == 200
                ? HttpResponse.BodySubscribers.mapping(
                    HttpResponse.BodySubscribers.ofLines(StandardCharsets.UTF_8), Answer::of)
                : refused(answer));
  }

  /**
   * Opens a file of a job.
   *
   * @param href from the server; it may lead to that same server only
   */
  InputStream file(String href) {
    URI address = server.resolve(href);
    if (!(server.getScheme() + server.getAuthority())
        .equals(address.getScheme() + address.getAuthority())) {
      throw Trouble.failed("The server names a file at another server: " + Plain.line(href), null);
    }
    try {
      return send(
          HttpRequest.newBuilder(address).timeout(ANSWER).GET(),
          answer ->
              answer.statusCode() == 200
                  ? HttpResponse.BodySubscribers.mapping(
                      HttpResponse.BodySubscribers.ofInputStream(), Answer::of)
                  : refused(answer));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(server.resolve(path));
  }

  private String whole(HttpRequest.Builder request) {
    try {
      return send(request, text());
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private static BodyHandler<Answer<String>> text() {
    return answer ->
        answer.statusCode() / 100 == 2
            ? HttpResponse.BodySubscribers.mapping(
                HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8), Answer::of)
            : refused(answer);
  }

  /** What was asked for, or why not. */
  private record Answer<T>(@Nullable T value, String problem) {
    static <T> Answer<T> of(T value) {
      return new Answer<>(value, "");
    }
  }

  private static <T> HttpResponse.BodySubscriber<Answer<T>> refused(
      HttpResponse.ResponseInfo answer) {
    return HttpResponse.BodySubscribers.mapping(
        HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8),
        body -> new Answer<T>(null, problem(answer.statusCode(), body)));
  }

  private <T> T send(HttpRequest.Builder request, BodyHandler<Answer<T>> body) throws IOException {
    try {
      var answer = http.send(request.build(), body);
      T value = answer.body().value();
      if (value != null) {
        return value;
      }
      throw answer.statusCode() / 100 == 4
          ? Trouble.wrong(answer.body().problem())
          : Trouble.failed(answer.body().problem(), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Trouble.failed("interrupted", e);
    }
  }

  /** In sentences, with each finding in a line of its own. */
  private static String problem(int status, String body) {
    Tree problem = Tree.read(body);
    var sentences = new StringBuilder();
    sentences.append(
        problem.has("title") || problem.has("detail")
            ? Plain.line(problem.has("detail") ? problem.text("detail") : problem.text("title"))
            : "The server answered with status " + status + ".");
    for (Tree finding : problem.list("errors")) {
      sentences
          .append("\n  ")
          .append(Plain.line(finding.text("at")))
          .append(": ")
          .append(Plain.line(finding.text("problem")));
    }
    return sentences.toString();
  }

  Trouble unreachable(IOException e) {
    String why = String.valueOf(e.getMessage());
    return Trouble.failed(
        "No answer from %s (%s). Start a server with ./millrace serve, or leave out --server."
            .formatted(server, why.equals("null") ? e.getClass().getSimpleName() : why),
        e);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
