package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.http.request.UploadIds;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Results;
import dev.millrace.job.Artifact;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.journal.Entry;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sends every example of the document, each to a tenant of its own that has what the examples name.
 * That the answers are as described is seen to by {@link TestServer}.
 */
class OpenApiExamplesTest {
  private static final OpenApi API = OpenApi.PUBLISHED;

  @TempDir static Path directory;
  private static TestServer server;

  /** An id of an upload is its owner's alone, so this one stands for that of the examples. */
  private static String upload;

  @BeforeAll
  static void start() {
    server = new TestServer(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String example(String parameter) {
    return API.document.at("/components/parameters/" + parameter + "/example").asText();
  }

  @Test
  void the_id_in_the_examples_is_that_of_the_key_in_the_examples() {
    assertThat(JobId.ofKey(new Owner("default", "local"), example("IdempotencyKey")).value())
        .isEqualTo(example("JobId"));
  }

  static Stream<OpenApi.Operation> operations() {
    return API.operations().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void each_example_works(OpenApi.Operation operation) throws Exception {
    prepare(operation.id());

    for (HttpRequest.Builder request : requests(operation)) {
      var answer = server.send(request.header("X-Who", operation.id() + "/somebody"));

      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }
  }

  /** A file that was sent ahead and, for what is asked about a job, a job that is over. */
  private static void prepare(String operation) throws Exception {
    var job = new JobRef(operation, new JobId(example("JobId")));
    var artifacts = server.context.getBean(Artifacts.class);
    upload = server.context.getBean(UploadIds.class).next(new Owner(operation, "somebody"));
    artifacts.upload(operation, upload, bytes("a,b\n"));
    if (operation.equals("submitJob")) {
      return;
    }
    if (operation.contains("Conversation")) {
      String id =
          server.submit(
              "{\"message\": \"m\", \"sessionId\": \"user-123\"}",
              "X-Who",
              operation + "/somebody");
      server.post("/v1/jobs/" + id + "/cancel", "", "X-Who", operation + "/somebody");
      return;
    }
    var log = server.journal().create(job);
    log.record(
        new Entry.Submitted(
            JobRequest.of("analyst", "Count."),
            "hash",
            operation,
            "somebody",
            null,
            Instant.parse("2036-01-01T00:00:00Z"),
            Origin.HTTP,
            List.of()));
    if (operation.equals("cancelJob")) {
      return;
    }
    var kept = artifacts.keep(Folder.of(job), bytes("test"));
    log.record(new Entry.Claimed(1, "w", "jobs", 1, false));
    log.record(
        new Entry.ModelDone(
            1, "scripted", Message.assistant("So.", List.of()), new Usage(1, 1), null, 0, null));
    log.record(
        new Entry.ToolDone(
            2,
            "c",
            new ToolOutcome("", "", null, null, false, 0),
            List.of(
                new Artifact(
                    example("ArtifactName"),
                    "image/png",
                    kept.size(),
                    kept.sha256(),
                    2,
                    kept.blob())),
            false,
            null));
    log.record(server.context.getBean(Results.class).ended(log, Ending.answered("Four.")));
    server.context.getBean(Aftermath.class).finish(log);
  }

  private static ByteArrayInputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** One request for each example of a body; the first with all the parameters there are. */
  private static List<HttpRequest.Builder> requests(OpenApi.Operation operation) {
    var requests = new ArrayList<HttpRequest.Builder>();
    JsonNode content = API.resolved(operation.described().path("requestBody")).path("content");
    content.forEachEntry(
        (type, body) ->
            body.path("examples")
                .forEach(
                    example -> {
                      var request = request(operation, requests.isEmpty());
                      fill(request, type, example.get("value"));
                      requests.add(request);
                    }));
    if (requests.isEmpty()) {
      requests.add(request(operation, true).method(operation.method(), BodyPublishers.noBody()));
    }
    return requests;
  }

  private static HttpRequest.Builder request(OpenApi.Operation operation, boolean all) {
    String path = operation.path();
    var query = new StringJoiner("&", "?", "").setEmptyValue("");
    var headers = new ArrayList<String>();
    for (JsonNode each : operation.described().path("parameters")) {
      JsonNode parameter = API.resolved(each);
      String name = parameter.get("name").asText();
      String value = parameter.path("example").asText();
      if (value.isEmpty()) {
        continue;
      }
      switch (parameter.get("in").asText()) {
        case "path" -> path = path.replace("{" + name + "}", value);
        case "query" -> query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
        default -> headers.addAll(List.of(name, value));
      }
    }
    assertThat(path).as("each parameter of a path has an example").doesNotContain("{");
    var request = server.request(path + query);
    return all && !headers.isEmpty() ? request.headers(headers.toArray(String[]::new)) : request;
  }

  private static void fill(HttpRequest.Builder request, String type, JsonNode value) {
    switch (type) {
      case "application/json" ->
          request
              .header("Content-Type", type)
              .POST(BodyPublishers.ofString(value.toString().replaceAll("01KB[-\\w]+", upload)));
      case "multipart/form-data" ->
          request
              .header("Content-Type", type + "; boundary=edge")
              .POST(BodyPublishers.ofString(form(value)));
      default -> request.header("Content-Type", type).POST(BodyPublishers.ofString(value.asText()));
    }
  }

  /** A field as it is; each element of a list as a file. */
  private static String form(JsonNode fields) {
    var form = new StringBuilder();
    fields.forEachEntry(
        (name, value) -> {
          String start = "--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"";
          if (value.isArray()) {
            value.forEach(
                file ->
                    form.append(start + "; filename=\"" + name + ".csv\"\r\n\r\n")
                        .append(file.asText() + "\r\n"));
          } else {
            form.append(start + "\r\n\r\n" + value.asText() + "\r\n");
          }
        });
    return form + "--edge--\r\n";
  }
}
