package dev.millrace.http.legacy;

import static dev.millrace.http.legacy.OldServer.assertReply;
import static dev.millrace.http.legacy.OldServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.LocalMill;
import dev.millrace.http.OldRoutes;
import dev.millrace.job.Owner;
import dev.millrace.security.Caller;
import dev.millrace.security.SignIn;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import io.micronaut.web.router.Router;
import jakarta.inject.Singleton;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Old routes times everybody who may ask: what is one caller's is not there for another. */
class OldOwnersTest {
  private static final String ON = "test.named-callers";
  private static final Set<String> FOR_ALL = Set.of("GET /health", "GET /agent");
  private static final String ALICE = "default/alice";
  private static final List<String> OTHERS = List.of("default/bob", "other/alice");

  private static LocalMill mill;

  /** Each is who a header says. */
  @Factory
  @Requires(property = ON)
  static final class Named {
    @Singleton
    @Replaces(SignIn.class)
    SignIn signIn() {
      return headers ->
          headers
              .only("X-Who")
              .map(who -> who.split("/", 2))
              .<SignIn.Admission>map(
                  parts ->
                      new SignIn.Admission.Admitted(
                          new Caller(new Owner(parts[0], parts[1]), false, null, shown(parts[1]))))
              .orElseGet(() -> new SignIn.Admission.Unknown("said nothing"));
    }

    private static String shown(String name) {
      return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
  }

  @BeforeAll
  static void start() {
    mill = LocalMill.start(Map.of(ON, "true"));
  }

  @AfterAll
  static void stop() {
    if (mill != null) {
      mill.close();
    }
  }

  @Test
  void nobody_unknown_gets_anywhere_but_to_signs_of_life() {
    mill.get(Router.class)
        .uriRoutes()
        .filter(OldRoutes::has)
        .filter(route -> !route.getHttpMethodName().equals("HEAD"))
        .forEach(
            route -> {
              String path = route.getUriMatchTemplate().toPathString();
              String named = route.getHttpMethodName() + " " + path;
              assertThat(status(route.getHttpMethodName(), path.replaceAll("\\{[^}]*}", "x")))
                  .as(named)
                  .isEqualTo(FOR_ALL.contains(named) ? 200 : 401);
            });
  }

  private static int status(String method, String path) {
    try {
      return mill.send(mill.request(path).method(method, BodyPublishers.noBody())).statusCode();
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_session_belongs_to_who_began_it() throws Exception {
    String run = "{\"message\": \"Hello\", \"sessionId\": \"shared\"}";
    ask(ALICE, "/api/agents/analyst/run", run);
    ask(ALICE, "/api/chat/", "{\"prompt\": \"Hello\", \"session_id\": \"shared\"}");

    for (String other : OTHERS) {
      assertThat(mill.send(mill.request("/api/agents/analyst/shared").header("X-Who", other)))
          .returns(404, HttpResponse::statusCode);
      assertThat(ask(other, "/api/agents/analyst/shared/reset", "").statusCode()).isEqualTo(404);
      assertThat(
              mill.send(mill.request("/api/chat/sessions/shared").header("X-Who", other).DELETE()))
          .returns(404, HttpResponse::statusCode);
      assertThat(
              json(ask(other, "/api/agents/analyst/run", run)).get("message_count").getIntValue())
          .isEqualTo(1);
    }
    assertThat(json(ask(ALICE, "/api/agents/analyst/run", run)).get("message_count").getIntValue())
        .isEqualTo(3);
  }

  @Test
  void one_name_of_a_session_is_neither_one_history_nor_one_place_of_variables() throws Exception {
    assertThat(code(ALICE, "mine = 41")).contains("succeeded");

    assertThat(code(ALICE, "print(mine + 1)")).contains("42");
    for (String other : OTHERS) {
      assertThat(code(other, "print(mine + 1)")).contains("NameError").doesNotContain("= 41");
      var history = mill.request("/v1/conversations/analyst/python").header("X-Who", other);
      assertThat(mill.send(history).body()).contains("python").doesNotContain("= 41");
    }
  }

  /** Runs it in the session that all call by the same name. */
  private static String code(String who, String line) throws Exception {
    String body = "{\"sessionId\": \"python\", \"message\": \"```python\\n" + line + "\\n```\"}";
    return mill.post("/v1/jobs", body, "X-Who", who, "Prefer", "wait=60").body();
  }

  @Test
  void who_has_signed_in_is_named_beside_what_was_sent() throws Exception {
    assertReply(
        ask(
            ALICE,
            "/agent",
            """
            {"message": "What is 2 + 2?", "metadata": {"request_id": "abc123", "user_id": "eve"}}
            """),
        200,
        """
        {"message": "The result is 4.", "status": "success", "agent_type": "millrace",
         "conversation_id": null,
         "metadata": {"request_id": "abc123", "user_id": "alice", "user_name": "Alice"}}
        """);
  }

  private static HttpResponse<String> ask(String who, String path, String body) throws Exception {
    return mill.post(path, body, "X-Who", who);
  }
}
