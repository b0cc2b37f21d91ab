package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Eventually;
import dev.millrace.job.JobId;
import dev.millrace.job.Owner;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadRequestsTest {
  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String code)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    var problem = server.json(answer);
    assertThat(problem.get("code").getStringValue()).isEqualTo(code);
    assertThat(problem.get("status").getIntValue()).isEqualTo(status);
    assertThat(problem.get("type").getStringValue())
        .isEqualTo("https://millrace.dev/problems/" + code);
    assertThat(problem.get("requestId").getStringValue())
        .isEqualTo(answer.headers().firstValue("x-request-id").orElse(null));
    assertThat(answer.body()).doesNotContain("Exception").doesNotContain("dev.millrace.");
  }

  static Stream<Arguments> bodies() {
    return Stream.of(
        Arguments.of("empty", bytes("")),
        Arguments.of("blank", bytes("  \n")),
        Arguments.of("not JSON", bytes("message=x")),
        Arguments.of("cut off", bytes("{\"message\": \"x")),
        Arguments.of("an array", bytes("[]")),
        Arguments.of("null", bytes("null")),
        Arguments.of("two values", bytes("{\"message\":\"x\"} {}")),
        Arguments.of(
            "deep", bytes("{\"metadata\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}")),
        Arguments.of("a name twice", bytes("{\"message\":\"x\",\"message\":\"y\"}")),
        Arguments.of("a huge number", bytes("{\"message\":\"x\",\"limits\":{\"turns\":1e999}}")),
        Arguments.of("NaN", bytes("{\"message\":\"x\",\"limits\":{\"turns\":NaN}}")),
        Arguments.of("half a pair", bytes("{\"message\":\"\\ud800\"}")),
        Arguments.of("a NUL", bytes("{\"message\":\"\u0000\"}")),
        Arguments.of("a BOM", bytes("\uFEFF{\"message\":\"x\"}")),
        Arguments.of("a BOM in UTF-16", "{\"message\":\"x\"}".getBytes(StandardCharsets.UTF_16)),
        Arguments.of("no UTF-8", new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
        Arguments.of("a pointer", bytes("{\"pointer\":{\"tenant\":\"t\",\"job\":\"j\"}}")));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void a_body_that_is_no_request_is_refused(String what, byte[] body) throws Exception {
    var answer =
        server.send(
            server
                .request("/v1/jobs")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));

    assertProblem(answer, 400, "invalid-request");
  }

  @Test
  void everything_that_is_wrong_is_told_at_once() throws Exception {
    var answer =
        server.post(
            "/v1/jobs",
            "{\"limits\":{\"turns\":0},\"deadline\":\"tomorrow\",\"files\":[{\"name\":\"a\"}]}");

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.body()).contains("/message", "/limits/turns", "/deadline", "/files/0/name");
  }

  @Test
  void what_only_the_rooms_behind_know_is_checked_as_well() throws Exception {
    var answer =
        server.post(
            "/v1/jobs",
            """
            {"message": "m", "agent": "nobody", "files": [
              {"name": "a", "uploadId": "none"}, {"name": "b", "base64": "!"}]}
            """);

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.body())
        .contains("/agent", "analyst, chat", "/files/0/uploadId", "/files/1/base64");
  }

  @Test
  void a_file_has_a_name_of_its_own_that_can_lie_beside_the_code() throws Exception {
    var answer =
        server.post(
            "/v1/jobs",
            """
            {"message": "m", "files": [
              {"name": "b", "base64": ""}, {"name": "b", "base64": ""},
              {"name": "..", "base64": ""}, {"name": "%s", "base64": ""}]}
            """
                .formatted("ä".repeat(150)));

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.body()).contains("/files/1/name", "/files/2/name", "/files/3/name");
  }

  @Test
  void ten_thousand_files_are_too_many_in_either_form() throws Exception {
    String file = "{\"name\":\"f\",\"base64\":\"\"},";
    String part =
        "--edge\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n\r\n";

    var json =
        server.post(
            "/v1/jobs",
            "{\"message\":\"m\",\"files\":[" + file.repeat(9_999) + file.replace("},", "}]}"));
    var form =
        server.send(
            server
                .request("/v1/jobs")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(HttpRequest.BodyPublishers.ofString(part.repeat(10_000) + "--edge--\r\n")));

    assertProblem(json, 400, "invalid-request");
    assertThat(json.body()).contains("must be at most 1000");
    assertProblem(form, 400, "invalid-request");
    assertThat(form.body()).contains("more than 1000");
    assertThat(server.context.getBean(Storage.class).list(Layout.UPLOADS, null, 1).entries())
        .isEmpty();
  }

  @Test
  void a_kind_that_is_not_built_says_so() throws Exception {
    var answer = server.post("/v1/jobs", "{\"kind\":\"workflow\",\"message\":\"m\"}");

    assertProblem(answer, 501, "not-built");
  }

  @Test
  void a_file_that_was_sent_as_a_text_is_not_left_out_in_silence() throws Exception {
    var answer =
        server.send(
            server
                .request("/v1/jobs")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "--edge\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nm\r\n"
                            + "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"
                            + "sales.csv\r\n--edge--\r\n")));

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.body()).contains("file=@sales.csv");
  }

  @ParameterizedTest
  @CsvSource({
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "application/xml"
  })
  void only_json_and_forms_with_files_are_read(String type) throws Exception {
    var answer =
        server.send(
            server
                .request("/v1/jobs")
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString("{\"message\":\"m\"}")));

    assertProblem(answer, 415, "unsupported-media-type");
  }

  @Test
  void packed_bodies_are_not_unpacked() throws Exception {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes("{\"message\":\"" + " ".repeat(1 << 20) + "\"}"));
    }
    var answer =
        server.send(
            server
                .request("/v1/jobs")
                .headers("Content-Type", "application/json", "Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(packed.toByteArray())));

    assertProblem(answer, 415, "unsupported-media-type");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_body_that_is_too_large_is_refused(boolean lengthIsNamed) throws Exception {
    byte[] large = new byte[11 << 20];
    var body = HttpRequest.BodyPublishers.ofByteArray(large);
    var answer =
        server.send(
            server
                .request("/v1/jobs")
                .header("Content-Type", "application/json")
                .POST(lengthIsNamed ? body : HttpRequest.BodyPublishers.fromPublisher(body)));

    assertProblem(answer, 413, "too-large");
  }

  @Test
  void an_upload_that_is_too_large_is_refused() throws Exception {
    byte[] large = new byte[21 << 20];
    for (var body :
        List.of(
            HttpRequest.BodyPublishers.ofByteArray(large),
            HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofByteArray(large)))) {
      assertProblem(server.send(server.request("/v1/uploads").POST(body)), 413, "too-large");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/jobs/unknown, 404, not-found",
    "GET, /v1/nothing, 404, not-found",
    "GET, /, 404, not-found",
    "PUT, /v1/jobs, 405, method-not-allowed",
    "PATCH, /v1/jobs/x, 405, method-not-allowed",
    "GET, /v1/jobs/%2e%2e, 404, not-found",
    "GET, /v1/jobs/..%2f..%2fsecret, 404, not-found",
    "GET, /v1/jobs/a%0d%0ab, 404, not-found",
    "GET, /v1/jobs/%D1%85, 404, not-found",
    "GET, /v1/jobs/%00, 404, not-found",
    "GET, /v1/agents/nobody, 404, not-found",
    "GET, /v1/conversations/analyst/never, 404, not-found",
    "GET, /v1/conversations/analyst/never?continuation=x, 400, invalid-request",
    "GET, /v1/conversations?limit=0, 400, invalid-request",
    "GET, /v1/conversations?colour=red, 400, invalid-request",
    "POST, /v1/conversations/analyst/never/reset, 404, not-found",
    "DELETE, /v1/conversations/nobody/never, 404, not-found",
    "DELETE, /v1/conversations/analyst/never?owner=, 404, not-found",
    "GET, /v1/jobs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 404,"
        + " not-found",
    "GET, /v1/jobs?limit=0, 400, invalid-request",
    "GET, /v1/jobs?status=done, 400, invalid-request",
    "GET, /v1/jobs?since=now, 400, invalid-request",
    "GET, /v1/jobs?colour=red, 400, invalid-request",
    "DELETE, /v1/jobs/unknown, 404, not-found",
    "POST, /v1/jobs/unknown/cancel, 404, not-found",
    "POST, /v1/jobs/unknown/retry, 404, not-found",
    "GET, /v1/jobs/unknown/events, 404, not-found",
    "GET, /v1/jobs/unknown/artifacts, 404, not-found",
    "GET, /v1/jobs/unknown/artifacts/x, 404, not-found",
    "GET, /v1/jobs/unknown/artifacts.zip, 404, not-found",
    "GET, /v1/jobs/unknown/files/x, 404, not-found",
  })
  void what_is_not_there_is_told_as_a_problem(String method, String path, int status, String code)
      throws Exception {
    var answer =
        server.send(server.request(path).method(method, HttpRequest.BodyPublishers.noBody()));

    assertProblem(answer, status, code);
    if (path.contains("unknown")) {
      assertThat(answer.headers().firstValue("Retry-After")).contains("2");
    }
  }

  @Test
  void an_id_is_that_id_and_no_other() throws Exception {
    String id = server.submit("{\"message\":\"m\"}", "Idempotency-Key", "a key");

    for (String other :
        List.of(id.toUpperCase(Locale.ROOT), id + "%20", id + ".", "%20" + id, id + ";a=b")) {
      assertProblem(server.get("/v1/jobs/" + other), 404, "not-found");
    }
  }

  @Test
  void who_leaves_after_submitting_has_submitted() throws Exception {
    String body = "{\"message\":\"m\"}";
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              bytes(
                  "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                      + "Idempotency-Key: left\r\nContent-Length: %d\r\n\r\n%s"
                          .formatted(body.length(), body)));
      socket.setSoLinger(true, 0); // cut, not closed
    }
    JobId id = JobId.ofKey(new Owner("default", "local"), "left");

    Eventually.that("its job waits in the queue", () -> enqueued(id));
  }

  private static boolean enqueued(JobId id) {
    var log = server.log(id.value());
    return log.exists() && log.state().enqueued();
  }

  @Test
  void a_wait_that_is_no_number_is_refused_and_a_long_one_is_shortened() throws Exception {
    String id = server.submit();
    server.end(id, "Done.");

    assertProblem(server.get("/v1/jobs/" + id + "?wait=soon"), 400, "invalid-request");
    assertThat(server.get("/v1/jobs/" + id + "?wait=9999").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tab\there", "ümlaut", "two, keys"})
  void a_key_that_is_not_one_printable_word_is_refused(String key) throws Exception {
    String head =
        "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Idempotency-Key: %s\r\nContent-Length: 15\r\nConnection: close\r\n\r\n"
                .formatted(key);

    assertThat(raw(head + "{\"message\":\"m\"}")).startsWith("HTTP/1.1 400");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/jobs HTTP/1.1\r\n\r\n",
        "GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET /v1/jobs HTTP/1.1\r\nHost: localhost.evil.example:80\r\n\r\n",
        "GET /v1/jobs HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n",
        "GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n",
        "GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n",
        "GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n",
      })
  void pages_of_others_get_nothing(String request) throws Exception {
    String answer = raw(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));

    assertThat(answer).startsWith("HTTP/1.1 403").contains("\"code\":\"forbidden\"");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT)).doesNotContain("access-control-allow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/jobs?x=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/jobs/a|b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nno colon\r\nConnection: close\r\n\r\n",
        "NONSENSE\r\n\r\n",
        "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
        "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n{\"mes",
      })
  void nonsense_on_the_wire_is_answered_or_cut_and_hurts_nobody(String request) throws Exception {
    String answer = raw(request);

    assertThat(answer).matches("(?s)|HTTP/1.[01] 4.*");
    assertThat(server.get("/health/liveness").statusCode()).isEqualTo(200);
  }

  @Test
  @Tag("full")
  void a_body_that_does_not_come_to_its_end_is_not_waited_for() throws Exception {
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(60_000);
      socket
          .getOutputStream()
          .write(
              bytes(
                  "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                      + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                      + "5\r\n{\"mes\r\n"));
      socket.getOutputStream().flush();
      byte[] beginning = socket.getInputStream().readNBytes(12);

      assertThat(new String(beginning, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 408");
    }
  }

  @Test
  void headers_that_are_too_long_are_refused() throws Exception {
    String answer =
        raw(
            "GET /health/liveness HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nX-Long: %s\r\n\r\n"
                .formatted("x".repeat(20_000)));

    assertThat(answer).matches("(?s)HTTP/1.1 4.*");
  }

  /** Sends bytes as they are; answers everything that comes back until it is closed. */
  private static String raw(String request) throws Exception {
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
