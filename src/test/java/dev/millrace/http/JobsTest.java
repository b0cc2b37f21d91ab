package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Eventually;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
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

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  @Test
  void the_process_says_that_it_lives() throws Exception {
    var answer = server.get("/health/liveness");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(server.field(answer, "status")).isEqualTo("UP");
    assertThat(server.get("/health/readiness").body()).contains("\"storage\":\"UP\"");
  }

  @Test
  void a_submitted_job_is_accepted_and_can_be_followed() throws Exception {
    var answer = server.post("/v1/jobs", "{\"message\": \"Count.\", \"flavour\": \"sour\"}");

    String self = "/v1/jobs/" + server.field(answer, "id");
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(header(answer, "Location")).isEqualTo(self);
    assertThat(header(answer, "Operation-Location")).isEqualTo(self);
    assertThat(header(answer, "Retry-After")).isEqualTo("1");
    assertThat(header(answer, "x-request-id")).isNotBlank();
    assertThat(header(answer, "Content-Type")).isEqualTo("application/json");
    assertThat(answer.body()).contains("\"status\":\"queued\"").contains("\"steps\":[]");
    assertThat(answer.body()).contains("ignored unknown field /flavour");
    assertThat(server.get(self).body()).contains("\"message\":\"Count.\"");
  }

  @Test
  void a_job_shows_its_steps_and_its_end() throws Exception {
    String id = server.submit();
    server.claim(id);
    server.step(id, "1");
    var running = server.get("/v1/jobs/" + id);
    server.end(id, "One.");
    var ended = server.get("/v1/jobs/" + id);

    assertThat(server.field(running, "status")).isEqualTo("running");
    assertThat(header(running, "Retry-After")).isEqualTo("1");
    assertThat(running.body()).contains("\"tool\":\"run_python\",\"callId\":\"c1\",\"code\":\"1\"");
    assertThat(running.body()).contains("\"stopReason\":null").contains("\"endedAt\":null");
    assertThat(server.field(ended, "response")).isEqualTo("One.");
    assertThat(ended.body()).contains("\"steps\":[{\"n\":1,\"type\":\"model\"");
    assertThat(header(ended, "Retry-After")).isNull();
  }

  @Test
  void the_same_key_is_the_same_job_and_another_body_is_refused() throws Exception {
    var first = server.post("/v1/jobs", "{\"message\": \"a\"}", "Idempotency-Key", "k1");
    var again = server.post("/v1/jobs", "{\"message\": \"a\"}", "Idempotency-Key", "k1");
    var other = server.post("/v1/jobs", "{\"message\": \"b\"}", "Idempotency-Key", "k1");
    var stranger =
        server.post(
            "/v1/jobs", "{\"message\": \"b\"}", "Idempotency-Key", "k1", "X-Who", "other/local");

    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(server.field(again, "id")).isEqualTo(server.field(first, "id"));
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(server.field(other, "code")).isEqualTo("key-reused");
    assertThat(stranger.statusCode()).isEqualTo(202);
  }

  @Test
  void who_waits_is_answered_when_the_job_is_over() throws Exception {
    String id = server.submit();

    var answer =
        server.client.sendAsync(
            server.request("/v1/jobs/" + id + "?wait=60").build(),
            HttpResponse.BodyHandlers.ofString());
    Eventually.that("somebody waits", () -> server.journal().watched() > 0);
    server.end(id, "Done.");

    assertThat(server.field(answer.get(), "status")).isEqualTo("succeeded");
    Eventually.that("nobody waits", () -> server.journal().watched() == 0);
  }

  @Test
  void who_goes_away_while_he_waits_leaves_nobody_behind() throws Exception {
    String id = server.submit();

    var answer =
        server.client.sendAsync(
            server.request("/v1/jobs/" + id + "?wait=2").build(),
            HttpResponse.BodyHandlers.ofString());
    Eventually.that("somebody waits", () -> server.journal().watched() > 0);
    answer.cancel(true);

    Eventually.that("nobody waits", () -> server.journal().watched() == 0);
  }

  @Test
  void who_knows_a_state_is_answered_when_it_changes() throws Exception {
    String id = server.submit();
    String tag = header(server.get("/v1/jobs/" + id), "ETag");

    var same = server.send(server.request("/v1/jobs/" + id).header("If-None-Match", tag));
    var later =
        server.client.sendAsync(
            server.request("/v1/jobs/" + id + "?wait=60").header("If-None-Match", tag).build(),
            HttpResponse.BodyHandlers.ofString());
    Eventually.that("somebody waits", () -> server.journal().watched() > 0);
    server.claim(id);

    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(same.body()).isEmpty();
    assertThat(later.get().statusCode()).isEqualTo(200);
    assertThat(server.field(later.get(), "status")).isEqualTo("running");
  }

  @Test
  void a_submission_may_wait_for_the_end() throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        server.client.sendAsync(
            server
                .request("/v1/jobs")
                .headers(
                    "Content-Type",
                    "application/json",
                    "Prefer",
                    "wait=60",
                    "Idempotency-Key",
                    "waits")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"message\": \"w\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    String id =
        dev.millrace.job.JobId.ofKey(new dev.millrace.job.Owner("default", "local"), "waits")
            .value();
    Eventually.that("the job exists", () -> server.log(id).exists());
    server.end(id, "Done.");

    assertThat(answer.get().statusCode()).isEqualTo(200);
    assertThat(header(answer.get(), "Preference-Applied")).isEqualTo("wait=60");
    assertThat(server.field(answer.get(), "status")).isEqualTo("succeeded");
  }

  @Test
  void a_queued_job_is_canceled_at_once_and_a_running_one_soon() throws Exception {
    String queued = server.submit();
    String running = server.submit();
    server.claim(running);

    var now = server.post("/v1/jobs/" + queued + "/cancel", "");
    var soon = server.post("/v1/jobs/" + running + "/cancel", "");
    var again = server.post("/v1/jobs/" + queued + "/cancel", "");

    assertThat(now.statusCode()).isEqualTo(200);
    assertThat(server.field(now, "status")).isEqualTo("canceled");
    assertThat(soon.statusCode()).isEqualTo(202);
    assertThat(server.log(running).state().cancelRequested()).isTrue();
    assertThat(again.statusCode()).isEqualTo(409);
  }

  @Test
  void of_many_that_will_not_wait_exactly_one_gets_a_turn() throws Exception {
    String request = "{\"message\": \"m\", \"sessionId\": \"race\", \"whenBusy\": \"refuse\"}";
    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    for (int i = 0; i < 50; i++) {
      answers.add(
          server.client.sendAsync(
              server
                  .request("/v1/jobs")
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(request))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }

    var statuses = new ArrayList<Integer>();
    for (var answer : answers) {
      statuses.add(answer.get().statusCode());
    }
    var conversation = server.json(server.get("/v1/conversations/analyst/race"));

    assertThat(statuses).containsOnlyOnce(202);
    assertThat(statuses).filteredOn(status -> status != 202).hasSize(49).containsOnly(409);
    assertThat(conversation.get("conversation").get("unfinished").getIntValue()).isEqualTo(1);
  }

  @Test
  void the_trace_of_a_caller_goes_with_the_job_and_one_that_is_none_does_not() throws Exception {
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    String traced =
        server.submit("{\"message\": \"m\"}", "traceparent", parent, "tracestate", "a=1,b=2");
    String untraced =
        server.submit("{\"message\": \"m\"}", "traceparent", "00-" + "0".repeat(32) + "-x-01");
    var origin = server.log(traced).state().submitted().origin();

    assertThat(origin.traceparent()).isEqualTo(parent);
    assertThat(origin.tracestate()).matches("a=1, ?b=2");
    assertThat(server.log(untraced).state().submitted().origin().traceparent()).isNull();
  }

  @Test
  void an_ended_job_is_run_again_as_a_new_one() throws Exception {
    String id = server.submit();
    var early = server.post("/v1/jobs/" + id + "/retry", "");
    server.end(id, "Done.");
    var again = server.post("/v1/jobs/" + id + "/retry", "");

    assertThat(early.statusCode()).isEqualTo(409);
    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(server.field(again, "id")).isNotEqualTo(id);
    assertThat(server.field(again, "message")).isEqualTo("Count.");
  }

  @Test
  void a_deleted_job_is_gone_and_its_outcome_stays() throws Exception {
    String id = server.submit("{\"message\": \"Count.\"}", "Idempotency-Key", "deleted");
    var early = server.send(server.request("/v1/jobs/" + id).DELETE());
    server.end(id, "Done.");
    var deleted = server.send(server.request("/v1/jobs/" + id).DELETE());
    var gone = server.get("/v1/jobs/" + id);
    var again = server.post("/v1/jobs", "{\"message\": \"Count.\"}", "Idempotency-Key", "deleted");

    assertThat(early.statusCode()).isEqualTo(409);
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(gone.statusCode()).isEqualTo(410);
    assertThat(gone.body()).contains("\"status\":\"succeeded\"");
    assertThat(again.statusCode()).isEqualTo(410);
  }
}
