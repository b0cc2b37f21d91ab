package dev.millrace.http.legacy;

import static dev.millrace.http.legacy.OldServer.assertReply;
import static dev.millrace.http.legacy.OldServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.LocalMill;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The systems with one or two routes: the interpreter, the orchestrator, the agent service. */
@ExtendWith(OldServer.class)
class PlainRoutesTest {
  @Test
  void the_interpreter_answers_a_question_in_the_address(LocalMill mill) throws Exception {
    assertReply(
        mill.get("/chat?message=What%20is%206%20*%207%3F"),
        200,
        "{\"output\": \"The result is 42.\"}");
  }

  @Test
  void a_session_in_the_address_keeps_what_was_before(LocalMill mill) throws Exception {
    mill.get("/chat?session_id=i1&message=What%20is%206%20*%206%3F");

    assertThat(mill.get("/chat?session_id=i1&message=the%20square%20root%20of%20that").body())
        .contains("6");
  }

  @Test
  void the_interpreter_wants_a_message(LocalMill mill) throws Exception {
    HttpResponse<String> refused = mill.get("/chat");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).get("detail").getStringValue()).contains("mended");
    assertThat(json(refused).get("errors").get(0).get("at").getStringValue()).isEqualTo("?message");
  }

  @Test
  void workflows_are_not_built(LocalMill mill) throws Exception {
    var started =
        mill.post(
            "/api/workflows",
            """
            {"workflowCode": "def run(payload):\\n    return payload", "input": {"city": "Oslo"},
             "sessionId": "s-1", "environmentVariables": {"A": "b"}}
            """);
    var status = mill.get("/api/workflowStatus/4711");

    for (var response : new HttpResponse<?>[] {started, status}) {
      assertThat(response.statusCode()).isEqualTo(501);
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValue("application/problem+json");
    }
    assertThat(json(started).get("code").getStringValue()).isEqualTo("not-built");
  }

  @Test
  void the_service_says_that_it_lives(LocalMill mill) throws Exception {
    assertReply(mill.get("/health"), 200, "{\"status\": \"healthy\"}");
    assertReply(mill.get("/agent"), 200, "{\"message\": \"it's alive\", \"status\": \"healthy\"}");
  }

  @Test
  void the_service_answers_a_message(LocalMill mill) throws Exception {
    assertReply(
        mill.post(
            "/agent",
            """
            {"message": "What is 2 + 2?", "conversation_id": "optional-uuid",
             "metadata": {"request_id": "abc123"}}
            """),
        200,
        """
        {"message": "The result is 4.", "status": "success", "agent_type": "millrace",
         "conversation_id": "optional-uuid", "metadata": {"request_id": "abc123"}}
        """);
  }

  @Test
  void without_a_conversation_the_service_names_none(LocalMill mill) throws Exception {
    assertReply(
        mill.post("/agent", "{\"message\": \"What is 2 + 2?\"}"),
        200,
        """
        {"message": "The result is 4.", "status": "success", "agent_type": "millrace",
         "conversation_id": null, "metadata": {}}
        """);
  }

  @Test
  void an_answer_that_a_limit_has_cut_short_says_so(LocalMill mill) throws Exception {
    var response =
        mill.post("/agent", "{\"message\": \"What is 2 + 2?\", \"limits\": {\"turns\": 1}}");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).get("status").getStringValue()).isEqualTo("incomplete");
  }

  @Test
  void the_service_tells_everything_that_is_wrong_at_once(LocalMill mill) throws Exception {
    HttpResponse<String> refused =
        mill.post("/agent", "{\"conversation_id\": 7, \"metadata\": []}");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("/message", "/conversation_id", "/metadata");
  }
}
