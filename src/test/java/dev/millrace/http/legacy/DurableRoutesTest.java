package dev.millrace.http.legacy;

import static dev.millrace.http.legacy.OldServer.assertReply;
import static dev.millrace.http.legacy.OldServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.LocalMill;
import io.micronaut.json.tree.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The framework for durable agents. */
@ExtendWith(OldServer.class)
class DurableRoutesTest {
  @Test
  void an_agent_answers_on_its_own_route(LocalMill mill) throws Exception {
    assertReply(
        mill.post(
            "/api/agents/analyst/run",
            "{\"message\": \"What is 70 + 2?\", \"sessionId\": \"user-123\"}"),
        200,
        """
        {"response": "The result is 72.", "message": "What is 70 + 2?", "sessionId": "user-123",
         "status": "success", "message_count": 1}
        """);
  }

  @Test
  void every_field_of_a_request_is_understood(LocalMill mill) throws Exception {
    HttpResponse<String> response =
        mill.post(
            "/api/agents/analyst/run",
            """
            {"message": "What is 1 + 1?", "sessionKey": "all-fields", "role": "user",
             "enable_tool_calls": false, "response_schema": {}}
            """);

    assertThat(json(response).get("response").getStringValue()).startsWith("That needs Python");
    assertThat(json(response).get("sessionId").getStringValue()).isEqualTo("all-fields");
  }

  @Test
  void who_names_no_session_gets_one_of_their_own(LocalMill mill) throws Exception {
    String run = "{\"message\": \"What is 1 + 1?\"}";

    var first = json(mill.post("/api/agents/analyst/run", run));
    var second = json(mill.post("/api/agents/analyst/run", run));

    assertThat(first.get("sessionId").getStringValue())
        .matches("[0-9a-f]{32}")
        .isNotEqualTo(second.get("sessionId").getStringValue());
    assertThat(second.get("message_count").getIntValue()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"message\": \"Hello\", \"sessionId\": \"%s\"}",
        "{\"message\": \"Hello\", \"session_id\": \"%s\"}",
        "{\"message\": \"Hello\", \"thread_id\": \"%s\"}",
        "{\"message\": \"Hello\", \"sessionId\": \"@analyst@%s\"}"
      })
  void a_session_goes_by_many_names(String body, LocalMill mill) throws Exception {
    String session = "n" + Integer.toHexString(body.hashCode());
    mill.post("/api/agents/analyst/run?sessionId=" + session, "{\"message\": \"Hello\"}");

    JsonNode second = json(mill.post("/api/agents/analyst/run", body.formatted(session)));

    assertThat(second.get("message_count").getIntValue()).isEqualTo(2);
  }

  @Test
  void a_session_of_another_agent_is_refused(LocalMill mill) throws Exception {
    var refused =
        mill.post(
            "/api/agents/analyst/run",
            "{\"message\": \"Hello\", \"sessionId\": \"@WeatherAgent@user-123\"}");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).get("error").getStringValue()).contains("another agent");
  }

  @Test
  void a_text_is_a_message(LocalMill mill) throws Exception {
    var response =
        mill.send(
            mill.request("/api/agents/analyst/run?sessionId=text")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("What is 3 * 3?\n")));

    assertReply(
        response,
        200,
        """
        {"response": "The result is 9.", "message": "What is 3 * 3?", "sessionId": "text",
         "status": "success", "message_count": 1}
        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x-ms-wait-for-response", "x-wait-for-completion", ""})
  void who_does_not_wait_is_told_where_the_job_is(String header, LocalMill mill) throws Exception {
    String body = header.isEmpty() ? ", \"wait_for_response\": false}" : "}";
    String[] headers = header.isEmpty() ? new String[0] : new String[] {header, "false"};

    HttpResponse<String> accepted =
        mill.post(
            "/api/agents/analyst/run",
            "{\"message\": \"What is 5 * 5?\", \"sessionId\": \"later\"" + body,
            headers);

    String job = json(accepted).get("correlationId").getStringValue();
    assertReply(
        accepted,
        202,
        """
        {"response": "Agent request accepted", "message": "What is 5 * 5?", "sessionId": "later",
         "status": "accepted", "correlationId": "%s"}
        """
            .formatted(job));
    assertThat(accepted.headers().firstValue("Location")).hasValue("/v1/jobs/" + job);
    assertThat(mill.get("/v1/jobs/" + job + "?wait=60").body()).contains("The result is 25.");
  }

  @Test
  void a_message_is_required(LocalMill mill) throws Exception {
    var refused = mill.post("/api/agents/analyst/run", "{\"sessionId\": \"user-123\"}");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).get("error").getStringValue()).contains("/message is required");
  }

  @Test
  void a_job_that_fails_is_a_problem_that_names_the_reason(LocalMill mill) throws Exception {
    var response =
        mill.post(
            "/api/agents/analyst/run",
            """
            {"message": "Hello", "response_schema": {"type": "object", "required": ["total"]}}
            """);

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(json(response).get("stopReason").getStringValue()).isEqualTo("schema");
    assertThat(json(response).get("error").getStringValue()).contains("response schema");
  }

  @Test
  void nobody_of_another_name_is_asked(LocalMill mill) throws Exception {
    var refused = mill.post("/api/agents/WeatherAgent/run", "{\"message\": \"Hello\"}");

    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(json(refused).get("error").getStringValue()).contains("analyst, chat");
  }

  @Test
  void a_session_shows_what_was_said_and_done(LocalMill mill) throws Exception {
    mill.post(
        "/api/agents/analyst/run", "{\"message\": \"What is 8 * 8?\", \"sessionId\": \"state\"}");

    HttpResponse<String> state = mill.get("/api/agents/analyst/state");

    JsonNode said = json(state).get("conversation_history");
    Instant asked = Instant.parse(said.get(0).get("timestamp").getStringValue());
    Instant answered = Instant.parse(said.get(1).get("timestamp").getStringValue());
    JsonNode call = said.get(1).get("agent_response").get("tool_calls").get(0);
    assertThat(asked).isBeforeOrEqualTo(answered);
    assertThat(call.get("name").getStringValue()).isEqualTo("run_python");
    assertReply(
        state,
        200,
        """
        {"message_count": 1,
         "conversation_history": [
           {"role": "user", "content": "What is 8 * 8?", "timestamp": "%s"},
           {"role": "assistant", "content": "The result is 64.", "timestamp": "%s",
            "agent_response": {"text": "The result is 64.", "kind": "agent_message", "tool_calls": [%s],
              "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}}],
         "last_response": "The result is 64.", "agent_type": "Agent"}
        """
            .formatted(asked, answered, Json.MAPPER.writeValueAsString(call)));
  }

  @Test
  void a_session_forgets_when_it_is_reset(LocalMill mill) throws Exception {
    String run = "{\"message\": \"Hello\", \"sessionId\": \"forgetful\"}";
    mill.post("/api/agents/analyst/run", run);

    assertReply(
        mill.post("/api/agents/analyst/forgetful/reset", ""),
        200,
        "{\"status\": \"reset\", \"sessionId\": \"forgetful\"}");

    assertReply(
        mill.get("/api/agents/analyst/forgetful"),
        200,
        """
        {"message_count": 0, "conversation_history": [], "last_response": null,
         "agent_type": "Agent"}
        """);
    assertThat(json(mill.post("/api/agents/analyst/run", run)).get("message_count").getIntValue())
        .isEqualTo(1);
  }

  @Test
  void a_session_that_never_was_is_not_found(LocalMill mill) throws Exception {
    for (var response :
        List.of(
            mill.get("/api/agents/analyst/nobody"),
            mill.post("/api/agents/analyst/nobody/reset", ""))) {
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(json(response).get("error").getStringValue()).isEqualTo("Session not found");
    }
  }

  @Test
  void it_names_its_agents(LocalMill mill) throws Exception {
    assertReply(
        mill.get("/api/health"),
        200,
        """
        {"status": "healthy", "agent_count": 2,
         "agents": [{"name": "analyst", "type": "Agent"}, {"name": "chat", "type": "Agent"}]}
        """);
  }
}
