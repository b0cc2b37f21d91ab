package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.agent.Agents;
import dev.millrace.http.HttpSettings;
import dev.millrace.security.SecuritySettings;
import dev.millrace.session.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OldVariablesTest {
  private static final String POOL =
      "https://westus2.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AZURE_CONTAINER_APPS_SESSION_POOL_ENDPOINT=" + POOL,
        "POOL_MANAGEMENT_ENDPOINT=" + POOL,
        "AzureSession__BaseUrl=https://westus2.dynamicsessions.io\n"
            + "AzureSession__SessionPoolResourceId="
            + "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p"
      })
  void a_session_pool_goes_by_many_names(String lines) throws IOException {
    try (var assembly = start(lines)) {
      assertThat(assembly.get(SessionSettings.class).address()).hasToString(POOL);
    }
  }

  @Test
  void the_server_is_set_up_by_old_names() throws IOException {
    try (var assembly = start("API_HOST=127.0.0.2\nAPI_PORT=8000")) {
      assertThat(assembly.get(HttpSettings.class).host()).isEqualTo("127.0.0.2");
      assertThat(assembly.get(HttpSettings.class).port()).isEqualTo(8000);
    }
  }

  @Test
  void two_names_may_say_the_same() throws IOException {
    try (var assembly =
        start("API_PORT=8000\nMILLRACE_HTTP_PORT=8000\nPOOL_MANAGEMENT_ENDPOINT=")) {
      assertThat(assembly.get(HttpSettings.class).port()).isEqualTo(8000);
      assertThat(assembly.get(SessionSettings.class).chosen()).isFalse();
    }
  }

  @Test
  void names_that_differ_are_all_told_of_at_the_start() {
    String lines =
        "API_PORT=8000\nMILLRACE_HTTP_PORT=8080\nPOOL_MANAGEMENT_ENDPOINT=https://one.example/p\n"
            + "AZURE_CONTAINER_APPS_SESSION_POOL_ENDPOINT=https://two.example/p";

    assertThatThrownBy(() -> start(lines))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("MILLRACE_HTTP_PORT and API_PORT mean the same, and differ")
        .hasMessageContaining(
            "AZURE_CONTAINER_APPS_SESSION_POOL_ENDPOINT and POOL_MANAGEMENT_ENDPOINT mean the"
                + " same");
  }

  @Test
  void who_required_a_token_still_does() {
    assertThatThrownBy(() -> start("REQUIRE_AUTH=true\nJWT_ISSUER=https://issuer.example/"))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("MILLRACE_SECURITY_JWT_AUDIENCE")
        .hasMessageNotContaining("MILLRACE_SECURITY_JWT_ISSUER");
  }

  @Test
  void whom_to_believe_is_said_by_old_names() throws IOException {
    var lines =
        """
        REQUIRE_AUTH=True
        JWT_ISSUER=https://issuer.example/
        JWT_AUDIENCE=api://millrace
        JWT_ALGORITHM=ES256
        MILLRACE_SECURITY_JWT_KEYS=https://issuer.example/keys
        MILLRACE_SECURITY_SCOPE=jobs
        """;
    try (var assembly = start(lines)) {
      SecuritySettings security = assembly.get(SecuritySettings.class);
      assertThat(security.how()).isEqualTo(SecuritySettings.Mode.JWT);
      assertThat(security.jwt().issuer()).isEqualTo("https://issuer.example/");
      assertThat(security.jwt().audience()).isEqualTo("api://millrace");
      assertThat(security.jwt().algorithms()).isEqualTo("ES256");
    }
  }

  @Test
  void the_one_agent_there_was_is_asked_where_nobody_is_named() throws IOException {
    try (var assembly = start("AGENT_NAME=Specialist\nAGENT_INSTRUCTIONS=Be exact.")) {
      Agents agents = assembly.get(Agents.class);
      assertThat(agents.usual()).isEqualTo("Specialist");
      assertThat(agents.find("Specialist").orElseThrow().instructions()).isEqualTo("Be exact.");
    }
  }

  @Test
  void who_required_none_does_not() throws IOException {
    try (var assembly = start("REQUIRE_AUTH=false")) {
      assertThat(assembly.places()).isNotEmpty();
    }
  }

  private Assembly start(String lines) throws IOException {
    return Assembly.start(Files.writeString(folder.resolve(".env"), lines));
  }
}
