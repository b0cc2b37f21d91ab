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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The agent in a container app. */
@ExtendWith(OldServer.class)
class ContainerRoutesTest {
  private static final String CODE = "```python\\nprint('a  b')\\n```";

  @Test
  void its_chat_answers_what_its_page_says(LocalMill mill) throws Exception {
    HttpResponse<String> response =
        mill.post(
            "/chat",
            """
            {"prompt": "Calculate the mean of [1, 2, 3, 4, 5]", "session_id": "user_123"}
            """);

    assertThat(json(response).get("response").getStringValue())
        .startsWith("No language model is configured");
    assertReply(
        response,
        200,
        """
        {"response": %s, "agent": "analyst", "model": "rehearsal", "tools_used": [],
         "session_id": "user_123"}
        """
            .formatted(quoted(json(response).get("response"))));
  }

  @Test
  void a_tool_that_was_used_is_named_as_it_was(LocalMill mill) throws Exception {
    assertReply(
        mill.post("/chat", "{\"prompt\": \"What is 10 * 4?\"}"),
        200,
        """
        {"response": "The result is 40.", "agent": "analyst", "model": "rehearsal",
         "tools_used": [{"name": "execute_in_dynamic_session", "icon": "📦",
                         "description": "Python Execution"}],
         "session_id": "default"}
        """);
  }

  @Test
  void a_follow_up_sees_what_was_before(LocalMill mill) throws Exception {
    mill.post("/chat", "{\"prompt\": \"What is 12 * 12?\", \"session_id\": \"roots\"}");

    assertReply(
        mill.post("/chat", "{\"prompt\": \"the square root of that\", \"session_id\": \"roots\"}"),
        200,
        """
        {"response": "The result is 12.0.", "agent": "analyst", "model": "rehearsal",
         "tools_used": [{"name": "execute_in_dynamic_session", "icon": "📦",
                         "description": "Python Execution"}],
         "session_id": "roots"}
        """);
  }

  @Test
  void the_route_of_its_program_tells_more(LocalMill mill) throws Exception {
    HttpResponse<String> response =
        mill.post("/api/chat/", "{\"prompt\": \"" + CODE + "\", \"session_id\": \"long\"}");

    JsonNode session = json(response).get("active_sessions").get("long");
    assertThat(Instant.parse(session.get("created_at").getStringValue()))
        .isBeforeOrEqualTo(Instant.parse(session.get("last_used").getStringValue()));
    assertReply(
        response,
        200,
        """
        {"response": %s, "session_id": "long", "agent": "analyst", "model": "rehearsal",
         "tools_used": [{"name": "execute_in_dynamic_session", "icon": "📦",
                         "description": "Python Execution"}],
         "tools_available": ["execute_in_dynamic_session"], "conversation_length": 4,
         "active_sessions": {"long": {"created_at": %s, "execution_count": 1,
           "last_stdout": "a  b", "last_stderr": "", "last_used": %s, "last_status": "Success",
           "last_returnCode": 0}}}
        """
            .formatted(
                quoted(json(response).get("response")),
                quoted(session.get("created_at")),
                quoted(session.get("last_used"))));
  }

  @Test
  void talk_opens_no_session(LocalMill mill) throws Exception {
    JsonNode reply =
        json(mill.post("/api/chat/", "{\"prompt\": \"hello\", \"session_id\": \"talk\"}"));

    assertThat(reply.get("active_sessions").isNull()).isTrue();
    assertThat(reply.get("conversation_length").getIntValue()).isEqualTo(2);
  }

  @Test
  void its_stream_opens_tells_every_word_once_and_is_done(LocalMill mill) throws Exception {
    HttpResponse<String> response =
        mill.send(
            mill.request("/api/chat/stream")
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"prompt\": \"" + CODE + "\", \"session_id\": \"streamed\"}")));

    List<String> events = Stream.of(response.body().split("\n\n")).map(String::strip).toList();
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    assertThat(events).first().isEqualTo("event: open\ndata: {}");
    assertThat(events).last().isEqualTo("event: done\ndata: {\"session_id\":\"streamed\"}");
    var words = new StringBuilder();
    for (String event : events) {
      if (event.startsWith("data: ")) {
        JsonNode data = Json.MAPPER.readValue(event.substring("data: ".length()), JsonNode.class);
        assertThat(data.get("session_id").getStringValue()).isEqualTo("streamed");
        words.append(data.get("text").getStringValue());
      }
    }
    assertThat(words.toString().split("a  b", -1)).hasSize(2);
  }

  @Test
  void a_prompt_is_required_and_the_error_is_told_in_the_old_field_too(LocalMill mill)
      throws Exception {
    for (String path : List.of("/chat", "/api/chat/", "/api/chat/stream")) {
      HttpResponse<String> refused = mill.post(path, "{\"session_id\": \"user_123\"}");

      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(json(refused).get("error").getStringValue()).contains("/message is required");
      assertThat(json(refused).get("code").getStringValue()).isEqualTo("invalid-request");
    }
  }

  @Test
  void a_session_is_cleared_once(LocalMill mill) throws Exception {
    mill.post("/chat", "{\"prompt\": \"hello\", \"session_id\": \"user_9\"}");

    assertReply(
        mill.delete("/api/chat/sessions/user_9"), 200, "{\"message\": \"Session user_9 cleared\"}");

    HttpResponse<String> again = mill.delete("/api/chat/sessions/user_9");
    assertThat(again.statusCode()).isEqualTo(404);
    assertThat(json(again).get("message").getStringValue()).isEqualTo("Session user_9 not found");
  }

  @Test
  void it_says_how_it_is_set_up(LocalMill mill) throws Exception {
    HttpResponse<String> response = mill.get("/api/system/health");

    JsonNode sessions = json(response).get("active_sessions");
    assertThat(sessions.getIntValue()).isNotNegative();
    assertReply(
        response,
        200,
        """
        {"status": "healthy", "framework": "Millrace", "agent_name": "analyst",
         "endpoint": "this process", "model": "rehearsal", "tools_count": 1,
         "active_sessions": %s, "dynamic_sessions": null, "session_pool_configured": false,
         "azure_configured": false}
        """
            .formatted(sessions.getIntValue()));
  }

  @Test
  void it_names_its_tools(LocalMill mill) throws Exception {
    HttpResponse<String> response = mill.get("/api/tools/");

    JsonNode description = json(response).get("tools").get(0).get("description");
    assertThat(description.getStringValue()).contains("Python");
    assertReply(
        response,
        200,
        """
        {"tools": [{"name": "execute_in_dynamic_session", "description": %s,
                    "parameters": ["code"], "example_usage": ""}],
         "total_tools": 1, "framework": "Millrace"}
        """
            .formatted(quoted(description)));
  }

  @Test
  void it_mirrors_the_code_of_a_session_request(LocalMill mill) throws Exception {
    assertReply(
        mill.post(
            "/api/system/test-session-payload",
            """
            {"properties": {"codeInputType": "inline", "executionType": "synchronous",
                            "code": "print('é')"}}
            """),
        200,
        "{\"success\": true, \"code_received\": \"print('é')\", \"length\": 10}");
    assertThat(mill.post("/api/system/test-session-payload", "{}").statusCode()).isEqualTo(400);
  }

  private static String quoted(JsonNode text) throws Exception {
    return Json.MAPPER.writeValueAsString(text);
  }
}
