package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What belongs to somebody else is not there, on any route. */
class OwnersTest {
  @TempDir static Path directory;
  private static TestServer server;
  private static String job;
  private static String deleted;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(directory);
    job = server.submit("{\"message\":\"Mine.\"}", "X-Who", "default/alice");
    server.claim(job);
    deleted = server.submit("{\"message\":\"Mine.\"}", "X-Who", "default/alice");
    server.end(deleted, "Done.");
    server.send(server.request("/v1/jobs/" + deleted).header("X-Who", "default/alice").DELETE());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> routes() {
    return Stream.of("default/bob", "other/alice")
        .flatMap(
            who ->
                Stream.of(
                        "GET ",
                        "GET /events",
                        "GET /artifacts",
                        "GET /artifacts/x",
                        "HEAD /artifacts/x",
                        "GET /artifacts.zip",
                        "GET /files/" + "a".repeat(64),
                        "POST /cancel",
                        "POST /retry",
                        "DELETE ")
                    .map(
                        route ->
                            Arguments.of(who, route.split(" ", -1)[0], route.split(" ", -1)[1])));
  }

  @ParameterizedTest
  @MethodSource("routes")
  void a_stranger_finds_nothing(String who, String method, String route) throws Exception {
    for (String id : new String[] {job, deleted}) {
      var answer =
          server.send(
              server
                  .request("/v1/jobs/" + id + route)
                  .header("X-Who", who)
                  .method(method, HttpRequest.BodyPublishers.noBody()));

      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.headers().firstValue("Retry-After")).contains("2"); // as for one unseen
    }
    assertThat(server.log(job).state().cancelRequested()).isFalse();
  }

  @Test
  void a_file_that_was_sent_ahead_is_its_senders_alone() throws Exception {
    String sent = server.field(server.post("/v1/uploads", "a,b", "X-Who", "default/alice"), "id");
    String request =
        "{\"message\":\"m\",\"files\":[{\"name\":\"a.csv\",\"uploadId\":\"" + sent + "\"}]}";

    for (String who : new String[] {"default/bob", "other/alice"}) {
      var answer = server.post("/v1/jobs", request, "X-Who", who);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("no upload has this id");
    }
    assertThat(server.post("/v1/jobs", request, "X-Who", "default/alice").statusCode())
        .isEqualTo(202);
  }

  @Test
  void a_list_holds_the_callers_own_jobs_newest_first() throws Exception {
    String who = "default/carol";
    String first = server.submit("{\"message\":\"1\"}", "X-Who", who);
    String second = server.submit("{\"message\":\"2\",\"agent\":\"chat\"}", "X-Who", who);
    String third = server.submit("{\"message\":\"3\"}", "X-Who", who);
    server.claim(first);

    assertThat(ids("/v1/jobs", who)).contains(first, second, third).hasSize(3);
    assertThat(ids("/v1/jobs?agent=chat", who)).containsExactly(second);
    assertThat(ids("/v1/jobs?status=running", who)).containsExactly(first);
    assertThat(ids("/v1/jobs?since=2100-01-01T00:00:00Z", who)).isEmpty();
    assertThat(ids("/v1/jobs?until=2000-01-01T00:00:00Z", who)).isEmpty();
    assertThat(ids("/v1/jobs", "default/dave")).isEmpty();
  }

  @Test
  void a_list_is_read_page_by_page_to_its_end() throws Exception {
    String who = "paged/eve";
    var submitted = new java.util.TreeSet<String>();
    for (int i = 0; i < 7; i++) {
      submitted.add(server.submit("{\"message\":\"m\"}", "X-Who", who));
    }

    var listed = new java.util.ArrayList<String>();
    String next = "/v1/jobs?limit=3";
    while (next != null) {
      var answer = server.send(server.request(next).header("X-Who", who));
      assertThat(answer.statusCode()).isEqualTo(200);
      server
          .json(answer)
          .get("jobs")
          .values()
          .forEach(j -> listed.add(j.get("id").getStringValue()));
      var link = server.json(answer).get("next");
      next = link == null ? null : link.getStringValue();
    }

    assertThat(listed).hasSize(7).containsExactlyInAnyOrderElementsOf(submitted);
  }

  private static java.util.List<String> ids(String path, String who) throws Exception {
    var answer = server.send(server.request(path).header("X-Who", who));
    var ids = new java.util.ArrayList<String>();
    server.json(answer).get("jobs").values().forEach(j -> ids.add(j.get("id").getStringValue()));
    return ids;
  }
}
