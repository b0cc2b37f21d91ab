package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Results;
import dev.millrace.job.Artifact;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.storage.Storage;
import io.micronaut.context.ApplicationContext;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The real server on a disk of its own, and a client; the test plays the worker. */
final class TestServer implements AutoCloseable {
  final ApplicationContext context;
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final EmbeddedServer server;
  private final ObjectMapper json;

  TestServer(Path directory) {
    this(directory, Map.of());
  }

  /**
   * @param also a property of the test's that is set as well
   */
  TestServer(Path directory, String also) {
    this(directory, Map.of(also, "true"));
  }

  TestServer(Path directory, Map<String, Object> also) {
    var settings = new HashMap<>(also);
    settings.put(TestRooms.ON, "true");
    settings.put("millrace.storage.directory", directory.toString());
    settings.put("millrace.http.port", "0");
    settings.put("millrace.http.largest-upload", "20971520");
    context = ApplicationContext.run(settings);
    server = context.getBean(EmbeddedServer.class).start();
    json = context.getBean(ObjectMapper.class);
  }

  /** Another server on the same store. */
  TestServer replica(Path directory) {
    TestRooms.SHARED.set(context.getBean(Storage.class));
    return new TestServer(directory, TestRooms.REPLICA);
  }

  int port() {
    return server.getPort();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(60));
  }

  /** Whatever a test is about, the answer is one that the document knows. */
  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    HttpRequest built = request.build();
    var answer = client.send(built, HttpResponse.BodyHandlers.ofString());
    OpenApi.PUBLISHED
        .operation(built.method(), built.uri().getRawPath())
        .ifPresent(
            operation ->
                assertThat(OpenApi.PUBLISHED.faults(operation, answer))
                    .as("%s, %s", operation, answer.body())
                    .isEmpty());
    return answer;
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    var request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /** Submits a job and answers its id. */
  String submit(String body, String... headers) throws Exception {
    return field(post("/v1/jobs", body, headers), "id");
  }

  String submit() throws Exception {
    return submit("{\"message\": \"Count.\"}");
  }

  JsonNode json(HttpResponse<String> response) throws IOException {
    return json.readValue(response.body(), JsonNode.class);
  }

  String field(HttpResponse<String> response, String name) throws IOException {
    return json(response).get(name).getStringValue();
  }

  // What a worker would do.

  Journal journal() {
    return context.getBean(Journal.class);
  }

  JobLog log(String id) {
    return journal().job(new JobRef("default", new JobId(id)));
  }

  void claim(String id) {
    log(id).record(new Entry.Claimed(1, "w", "jobs", 1, false));
  }

  /** A model's answer that wants code run, and its run with these files. */
  void step(String id, String code, Artifact... files) {
    JobLog log = log(id);
    int n = log.state().nextStep();
    log.record(
        new Entry.ModelDone(
            n,
            "scripted",
            Message.assistant(
                "I run it.", List.of(ToolCall.of("c" + n, "run_python", Map.of("code", code)))),
            new Usage(10, 5),
            null,
            0.5,
            null));
    log.record(
        new Entry.ToolIntent(n + 1, "c" + n, "x" + n, Instant.parse("2030-01-01T00:00:00Z"), null));
    log.record(
        new Entry.ToolDone(
            n + 1,
            "c" + n,
            new ToolOutcome("1\n", "", "1", null, false, 0.25),
            List.of(files),
            false,
            null));
  }

  void end(String id, String answer) {
    JobLog log = log(id);
    log.record(context.getBean(Results.class).ended(log, Ending.answered(answer)));
    context.getBean(Aftermath.class).finish(log);
  }

  @Override
  public void close() {
    client.close();
    context.close();
  }
}
