package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Artifact;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilesTest {
  @TempDir static Path directory;
  private static TestServer server;
  private static String job;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(directory);
    job = withFiles(Map.of("report.txt", "0123456789", "page.html", "<script>", "empty", ""));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String withFiles(Map<String, String> files) throws Exception {
    String id = server.submit();
    server.claim(id);
    var kept = new ArrayList<Artifact>();
    for (var file : new TreeMap<>(files).entrySet()) {
      byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
      var known =
          server
              .context
              .getBean(Artifacts.class)
              .keep(Folder.of(server.log(id).job()), new ByteArrayInputStream(bytes));
      String type = file.getKey().endsWith("html") ? "text/html" : "text/plain; charset=utf-8";
      kept.add(new Artifact(file.getKey(), type, known.size(), known.sha256(), 2, known.blob()));
    }
    server.step(id, "save()", kept.toArray(Artifact[]::new));
    return id;
  }

  private static HttpResponse<String> get(String name, String... headers) throws Exception {
    var request = server.request("/v1/jobs/" + job + "/artifacts/" + name);
    return server.send(headers.length == 0 ? request : request.headers(headers));
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  @Test
  void files_are_listed_and_fetched_and_never_run_in_a_browser() throws Exception {
    var list = server.get("/v1/jobs/" + job + "/artifacts");
    var file = get("page.html");

    assertThat(list.body()).contains("\"href\":\"/v1/jobs/" + job + "/artifacts/page.html\"");
    assertThat(file.body()).isEqualTo("<script>");
    assertThat(header(file, "Content-Type")).isEqualTo("text/html");
    assertThat(header(file, "Content-Length")).isEqualTo("8");
    assertThat(header(file, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(file, "Content-Security-Policy")).startsWith("sandbox");
    assertThat(header(file, "Content-Disposition"))
        .startsWith("attachment; filename=\"page.html\"");
    assertThat(get("nothing.txt").statusCode()).isEqualTo(404);
    assertThat(get("empty").body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 206, 0, bytes 0-0/10",
    "bytes=2-4, 206, 234, bytes 2-4/10",
    "bytes=7-, 206, 789, bytes 7-9/10",
    "bytes=-3, 206, 789, bytes 7-9/10",
    "bytes=-99, 206, 0123456789, bytes 0-9/10",
    "bytes=5-99, 206, 56789, bytes 5-9/10",
    "bytes=10-, 416, , bytes */10",
    "bytes=-0, 416, , bytes */10",
    "'bytes=0-1,4-5', 200, 0123456789,",
    "bytes=4-2, 200, 0123456789,",
    "lines=1-2, 200, 0123456789,",
    "bytes=99999999999999999999-, 200, 0123456789,",
  })
  void a_range_is_answered_as_the_standard_says(
      String range, int status, String body, String contentRange) throws Exception {
    var answer = get("report.txt", "Range", range);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(header(answer, "Content-Range")).isEqualTo(contentRange);
    assertThat(answer.body()).isEqualTo(body == null ? "" : body);
  }

  @Test
  void a_file_is_sent_as_it_is_to_who_could_unpack_it_too() throws Exception {
    String text = "a,b\n".repeat(1000);
    String file = "/v1/jobs/" + withFiles(Map.of("t.txt", text)) + "/artifacts/t.txt";

    var whole = server.send(server.request(file).header("Accept-Encoding", "gzip"));
    var part =
        server.send(
            server.request(file).headers("Accept-Encoding", "gzip", "Range", "bytes=4-3999"));
    var other = server.send(server.request("/openapi.yml").header("Accept-Encoding", "gzip"));

    assertThat(header(whole, "Content-Encoding")).isNull();
    assertThat(header(whole, "Content-Length")).isEqualTo("4000");
    assertThat(whole.body()).isEqualTo(text);
    assertThat(header(part, "Content-Encoding")).isNull();
    assertThat(part.body()).isEqualTo(text.substring(4));
    assertThat(header(other, "Content-Encoding")).isEqualTo("gzip");
  }

  @Test
  void a_head_is_the_head_of_a_get() throws Exception {
    var get = get("report.txt");
    var head = server.send(server.request("/v1/jobs/" + job + "/artifacts/report.txt").HEAD());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String name :
        List.of("Content-Length", "Content-Type", "ETag", "Content-Disposition", "Accept-Ranges")) {
      assertThat(header(head, name)).as(name).isNotNull().isEqualTo(header(get, name));
    }
  }

  @Test
  void a_known_file_is_not_sent_again_and_a_changed_one_is_sent_whole() throws Exception {
    String tag = header(get("report.txt"), "ETag");

    assertThat(get("report.txt", "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(get("report.txt", "Range", "bytes=0-1", "If-Range", tag).body()).isEqualTo("01");
    assertThat(get("report.txt", "Range", "bytes=0-1", "If-Range", "\"x\"").statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../x",
        "/etc/x",
        "..\\x",
        "C:x",
        "a%2f..",
        "a\r\nSet-Cookie: x",
        "\u202Egpj.exe",
        "..",
        "naïve \"quoted\".csv",
        "-dash",
        "plots/a.png"
      })
  void whatever_a_file_is_called_its_headers_stay_whole(String name) throws Exception {
    String id = withFiles(Map.of(name, "x"));
    String segment = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");

    var answer = server.get("/v1/jobs/" + id + "/artifacts/" + segment);
    var zip = server.get("/v1/jobs/" + id + "/artifacts.zip");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("x");
    assertThat(header(answer, "Set-Cookie")).isNull();
    assertThat(header(answer, "Content-Disposition"))
        .matches(
            "attachment; filename=\"[ -~&&[^\"\\\\/]]+\";"
                + " filename\\*=UTF-8''[-A-Za-z0-9!#$&+.^_`|~%]+");
    assertThat(zip.statusCode()).isEqualTo(200);
  }

  @Test
  void all_files_come_as_one_archive_that_stays_where_it_is_unpacked() throws Exception {
    String id = withFiles(Map.of("../../up.txt", "u", "/etc/passwd", "p", "a/b.txt", "b"));

    var answer =
        server.client.send(
            server.request("/v1/jobs/" + id + "/artifacts.zip").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    var found = new TreeMap<String, String>();
    try (var zip = new ZipInputStream(answer.body())) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        found.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }

    assertThat(found).isEqualTo(Map.of("up.txt", "u", "etc/passwd", "p", "a/b.txt", "b"));
  }

  @Test
  void a_file_sent_ahead_is_used_by_its_id() throws Exception {
    var upload =
        server.send(
            server
                .request("/v1/uploads")
                .header("Content-Type", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofString("a,b\n1,2\n")));
    String uploadId = server.field(upload, "id");
    var job =
        server.post(
            "/v1/jobs",
            "{\"message\":\"m\",\"files\":[{\"name\":\"t.csv\",\"uploadId\":\"%s\"}]}"
                .formatted(uploadId));

    assertThat(upload.statusCode()).isEqualTo(201);
    assertThat(job.statusCode()).isEqualTo(202);
    var files = server.log(server.field(job, "id")).state().request().files();
    assertThat(files).hasSize(1);
    assertThat(files.getFirst().size()).isEqualTo(8);
  }

  @Test
  void a_form_brings_fields_and_files_and_is_the_same_job_when_sent_again() throws Exception {
    String form =
        """
        --B\r
        Content-Disposition: form-data; name="message"\r
        \r
        Count the rows.\r
        --B\r
        Content-Disposition: form-data; name="file"; filename="größe.csv"\r
        Content-Type: text/csv\r
        \r
        a,b\r
        --not the end\r
        \r
        --B\r
        Content-Disposition: form-data; name="file"; filename="empty"\r
        \r
        \r
        --B--\r
        """;
    var first = form(form, "B");
    var again = form(form, "B");
    var other = form(form.replace("a,b", "a,c"), "B");

    assertThat(first.statusCode()).isEqualTo(202);
    assertThat(server.field(again, "id")).isEqualTo(server.field(first, "id"));
    assertThat(other.statusCode()).isEqualTo(422);
    var request = server.log(server.field(first, "id")).state().request();
    assertThat(request.message()).isEqualTo("Count the rows.");
    assertThat(request.files())
        .extracting(file -> file.name())
        .containsExactly("größe.csv", "empty");
    assertThat(request.files().getFirst().size()).isEqualTo("a,b\r\n--not the end\r\n".length());
  }

  private static HttpResponse<String> form(String body, String boundary) throws Exception {
    return server.send(
        server
            .request("/v1/jobs")
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .header("Idempotency-Key", "form")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--B",
        "--B--\r\n",
        "no boundary at all",
        "--B\r\n\r\nnameless\r\n--B--\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\ncut off",
        "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"..\"\r\n\r\nx\r\n--B--\r\n",
      })
  void a_form_that_is_none_is_refused(String body) throws Exception {
    var answer =
        server.send(
            server
                .request("/v1/jobs")
                .header("Content-Type", "multipart/form-data; boundary=B")
                .POST(HttpRequest.BodyPublishers.ofString(body)));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(server.field(answer, "code")).isEqualTo("invalid-request");
  }
}
