package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What browsers are told, and which pages may call. */
class BrowserTest {
  private static final String FRIEND = "https://pages.example.com";

  @TempDir static Path directory;
  private static TestServer server;
  private static TestServer limited;

  @BeforeAll
  static void start() {
    server = new TestServer(directory.resolve("a"), Map.of("millrace.http.origins", FRIEND));
    limited =
        new TestServer(
            directory.resolve("b"),
            Map.of("millrace.limits.requests", "5", "millrace.limits.jobs", "2"));
  }

  @AfterAll
  static void stop() {
    server.close();
    limited.close();
  }

  private static HttpResponse<String> ask(String method, String path, String... headers)
      throws Exception {
    var request = server.request(path).method(method, BodyPublishers.noBody());
    var asked = headers.length == 0 ? request : request.headers(headers);
    return server.client.send(asked.build(), BodyHandlers.ofString());
  }

  @Test
  void every_answer_says_what_a_browser_may_not_do_with_it() throws Exception {
    for (var answer :
        new HttpResponse<?>[] {
          ask("GET", "/v1/jobs"),
          ask("GET", "/health/liveness"),
          ask("GET", "/v1/jobs/unknown"),
          ask("GET", "/nowhere"),
          ask("PUT", "/v1/jobs"),
          ask("GET", "/v1/jobs", "X-Who", " "),
          ask("GET", "/v1/jobs", "Origin", "https://evil.example")
        }) {
      var head = answer.headers();
      assertThat(head.firstValue("x-content-type-options")).contains("nosniff");
      assertThat(head.firstValue("x-frame-options")).contains("DENY");
      assertThat(head.firstValue("referrer-policy")).contains("no-referrer");
      assertThat(head.firstValue("cross-origin-resource-policy")).contains("same-origin");
      assertThat(head.firstValue("content-security-policy").orElseThrow()).contains("none");
      assertThat(head.firstValue("cache-control").orElseThrow()).contains("private");
      assertThat(head.firstValue("x-request-id")).isPresent();
      assertThat(head.allValues("set-cookie")).isEmpty();
    }
  }

  @Test
  void a_page_of_a_named_origin_may_call_and_read_the_answer() throws Exception {
    var answer = ask("GET", "/v1/jobs", "Origin", FRIEND, "Sec-Fetch-Site", "cross-site");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("access-control-allow-origin")).contains(FRIEND);
    assertThat(answer.headers().firstValue("access-control-allow-credentials")).isEmpty();
    assertThat(answer.headers().allValues("vary")).contains("Origin");
  }

  @Test
  void a_browser_may_ask_first_without_anybody_signing_in() throws Exception {
    var answer =
        ask(
            "OPTIONS",
            "/v1/jobs",
            "Origin",
            FRIEND,
            "Access-Control-Request-Method",
            "POST",
            "X-Who",
            " ");

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("access-control-allow-origin")).contains(FRIEND);
    assertThat(answer.headers().firstValue("access-control-allow-methods").orElseThrow())
        .contains("POST");
  }

  @Test
  void a_page_of_any_other_origin_may_neither_ask_nor_call() throws Exception {
    for (String origin : new String[] {"https://evil.example", FRIEND + ".evil.example", "null"}) {
      for (String method : new String[] {"OPTIONS", "GET"}) {
        var answer =
            ask(method, "/v1/jobs", "Origin", origin, "Access-Control-Request-Method", "POST");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
      }
    }
  }

  private static HttpResponse<String> submit(String who) throws Exception {
    return limited.post("/v1/jobs", "{\"message\":\"m\"}", "X-Who", who);
  }

  private static HttpResponse<String> list(String who) throws Exception {
    return limited.send(limited.request("/v1/jobs").header("X-Who", who));
  }

  /** However often one tenant asks, it gets its share, and another one does not notice. */
  @Test
  void a_tenant_that_floods_is_told_to_wait_and_another_gets_all_it_asks_for() throws Exception {
    for (int i = 0; i < 20; i++) {
      var answer = submit("red/caller-" + i);
      assertThat(answer.statusCode()).isEqualTo(i < 2 ? 202 : 429);
      if (i >= 2) {
        assertThat(answer.headers().firstValue("Retry-After").orElseThrow()).matches("[1-9]\\d*");
      }
    }
    for (int i = 0; i < 2; i++) {
      assertThat(submit("blue/alice").statusCode()).isEqualTo(202);
    }
  }

  @Test
  void a_job_that_is_run_again_counts_and_one_that_was_sent_twice_does_not() throws Exception {
    String[] alice = {"X-Who", "default/alice"};
    String over = limited.submit("{\"message\":\"m\"}", alice);
    limited.end(over, "Done.");
    String[] keyed = {"X-Who", "default/alice", "Idempotency-Key", "k"};
    String sent = limited.submit("{\"message\":\"m\"}", keyed);
    assertThat(submit("default/bob").statusCode()).isEqualTo(202);

    assertThat(limited.post("/v1/jobs/" + over + "/retry", "", alice).statusCode()).isEqualTo(429);
    assertThat(limited.submit("{\"message\":\"m\"}", keyed)).isEqualTo(sent);
  }

  @Test
  void a_caller_that_asks_too_often_is_told_to_wait_and_another_is_not() throws Exception {
    int refused = 0;
    for (int i = 0; i < 20; i++) {
      var answer = list("green/alice");
      refused += answer.statusCode() == 429 ? 1 : 0;
    }

    assertThat(refused).isGreaterThan(10);
    assertThat(list("green/bob").statusCode()).isEqualTo(200);
  }
}
