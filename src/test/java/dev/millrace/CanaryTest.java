package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.security.token.TestIssuer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole run, with everything that our own loggers can say: nothing that is secret, and nothing
 * that people or models have written, is in any line of it.
 */
class CanaryTest {
  private static final String SECRET = "canary-of-the-installation-0123456789";
  private static final String PASSWORD = "canary-of-the-registration";
  private static final String MODEL_KEY = "canary-of-the-model";
  private static final String CODE = "canary_of_the_code";
  private static final String PROMPT = "canary of the prompt";
  private static final String FILE = "canary of the file";
  private static final String SESSION = "canary-of-the-session";

  @TempDir Path folder;

  @Test
  void no_line_of_a_whole_run_says_what_is_nobodys_business() throws Exception {
    Needs.present(
        "the Python of sessions",
        Files.isExecutable(Path.of(".venv/bin/python")),
        "executor/prepare");
    try (var issuer = new TestIssuer();
        var client = HttpClient.newHttpClient()) {
      issuer.clock.advance(
          Duration.between(issuer.clock.instant(), InstantSource.system().instant()));
      String token = TestIssuer.sign(issuer.user());
      String foreign = TestIssuer.sign(issuer.user().audience("api://other"));
      String log;
      try (var serve = ServeProcess.start(folder, settings(issuer))) {
        assertThat(serve.address().isAbsolute()).as(serve.said()).isTrue();
        var caller = new Caller(client, serve.address());
        assertThat(caller.post("/v1/jobs", job(), foreign).statusCode()).isEqualTo(401);
        assertThat(caller.post("/v1/jobs", "{" + PROMPT, token).statusCode()).isEqualTo(400);
        assertThat(caller.post("/v1/uploads", FILE, token).statusCode()).isEqualTo(201);

        var done = caller.post("/v1/jobs", job(), token);

        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(done.body()).contains("succeeded").contains(CODE).contains(PROMPT);
        serve.terminate();
        log = serve.said();
      }
      assertThat(log).contains("DEBUG"); // or it would prove nothing
      assertThat(log)
          .doesNotContain(token, foreign, token.split("\\.")[1], token.split("\\.")[2])
          .doesNotContain(SECRET, PASSWORD, MODEL_KEY, CODE, PROMPT, FILE, SESSION);
    }
  }

  private static String job() {
    return """
    {"sessionId": "%s", "message": "%s\\n```python\\n%s = 1\\nprint(%s)\\nraise ValueError('%s')\\n```"}
    """
        .formatted(SESSION, PROMPT, CODE, CODE, CODE);
  }

  private static Map<String, String> settings(TestIssuer issuer) {
    var settings = new HashMap<String, String>();
    settings.put("JAVA_TOOL_OPTIONS", "-Dmillrace.log=DEBUG");
    settings.put("MILLRACE_SECRET", SECRET);
    settings.put("MILLRACE_SECURITY_MODE", "jwt");
    settings.put("MILLRACE_SECURITY_SCOPE", "jobs");
    settings.put("MILLRACE_SECURITY_JWT_ISSUER", TestIssuer.ISSUER);
    settings.put("MILLRACE_SECURITY_JWT_KEYS", issuer.address());
    settings.put("MILLRACE_SECURITY_JWT_AUDIENCE", TestIssuer.AUDIENCE);
    settings.put("MILLRACE_DELEGATION_CLIENT_ID", "millrace");
    settings.put("MILLRACE_DELEGATION_CLIENT_SECRET", PASSWORD);
    settings.put("MILLRACE_MODEL", "mine");
    settings.put("MILLRACE_MODELS_MINE_KIND", "rehearsal");
    settings.put("MILLRACE_MODELS_OTHER_KIND", "openai");
    settings.put("MILLRACE_MODELS_OTHER_MODEL", "m");
    settings.put("MILLRACE_MODELS_OTHER_KEY", MODEL_KEY);
    return settings;
  }

  private record Caller(HttpClient client, URI server) {
    HttpResponse<String> post(String path, String body, String token) throws Exception {
      return client.send(
          HttpRequest.newBuilder(server.resolve(path))
              .header("Authorization", "Bearer " + token)
              .header("Content-Type", "application/json")
              .header("Prefer", "wait=60")
              .timeout(Duration.ofSeconds(90))
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }
}
