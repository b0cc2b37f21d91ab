package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.json.tree.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fields and headers by the names of earlier systems, on the routes of today. */
class OldNamesTest {
  @TempDir Path directory;
  private TestServer server;

  @BeforeEach
  void start() {
    server = new TestServer(directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void old_names_mean_the_same_and_their_use_is_told() throws Exception {
    HttpResponse<String> response =
        server.post("/v1/jobs", "{\"prompt\": \"Count.\", \"session_id\": \"s\"}");

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(server.field(response, "message")).isEqualTo("Count.");
    assertThat(server.field(response, "sessionId")).isEqualTo("s");
    assertThat(response.headers().firstValue("Deprecation").orElseThrow()).matches("@\\d+");
    assertThat(response.headers().firstValue("Link").orElseThrow()).contains("rel=\"deprecation\"");
    assertThat(server.json(response).get("warnings").get(0).getStringValue())
        .isEqualTo("prompt is an old name of message");
  }

  @Test
  void who_uses_todays_names_is_told_nothing() throws Exception {
    HttpResponse<String> response =
        server.post("/v1/jobs", "{\"message\": \"Count.\", \"sessionId\": \"s\"}");

    assertThat(response.headers().firstValue("Deprecation")).isEmpty();
  }

  @Test
  void names_that_contradict_each_other_are_refused_all_at_once() throws Exception {
    HttpResponse<String> response =
        server.post(
            "/v1/jobs",
            "{\"message\": \"a\", \"prompt\": \"b\", \"sessionId\": \"s\", \"thread_id\": \"t\"}");

    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode errors = server.json(response).get("errors");
    assertThat(errors.size()).isEqualTo(2);
    assertThat(errors.get(0).get("at").getStringValue()).isEqualTo("/prompt");
    assertThat(errors.get(1).get("at").getStringValue()).isEqualTo("/thread_id");
  }

  @Test
  void a_header_may_name_the_session() throws Exception {
    HttpResponse<String> response =
        server.post("/v1/jobs", "{\"message\": \"Count.\"}", "x-ms-session-id", "s");

    assertThat(server.field(response, "sessionId")).isEqualTo("s");
    assertThat(response.headers().firstValue("Deprecation")).isPresent();
    assertThat(
            server
                .post(
                    "/v1/jobs",
                    "{\"message\": \"Count.\", \"sessionId\": \"t\"}",
                    "x-ms-session-id",
                    "s")
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void who_would_rather_wait_can_say_so_in_a_header_or_in_the_body() throws Exception {
    String key = "the-same";
    String body = "{\"message\": \"Count.\", \"wait_for_response\": true}";
    String id = server.submit(body, "Idempotency-Key", key, "Prefer", "respond-async");
    server.claim(id);
    server.end(id, "22");

    HttpResponse<String> again = server.post("/v1/jobs", body, "Idempotency-Key", key);
    HttpResponse<String> byHeader =
        server.post("/v1/jobs", body, "Idempotency-Key", key, "x-ms-wait-for-response", "true");
    HttpResponse<String> not =
        server.post("/v1/jobs", body, "Idempotency-Key", key, "x-ms-wait-for-response", "false");

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.headers().firstValue("Preference-Applied")).hasValue("wait=60");
    assertThat(byHeader.statusCode()).isEqualTo(200);
    assertThat(not.statusCode()).isEqualTo(202);
  }
}
