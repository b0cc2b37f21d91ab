package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.security.OpenSignIn;
import dev.millrace.security.PlatformSignIn;
import dev.millrace.security.SignIn;
import dev.millrace.security.token.TokenSignIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may call is said by the settings, and settings that say nothing sensible end the start. */
class SecurityWiringTest {
  private static final String JWT =
      """
      MILLRACE_SECURITY_MODE=jwt
      MILLRACE_SECURITY_SCOPE=jobs
      MILLRACE_SECURITY_JWT_ISSUER=https://issuer.example/
      MILLRACE_SECURITY_JWT_KEYS=https://issuer.example/keys
      MILLRACE_SECURITY_JWT_AUDIENCE=api://millrace
      """;
  private static final String PLATFORM =
      """
      MILLRACE_SECURITY_MODE=platform
      MILLRACE_SECURITY_TENANTS=red
      MILLRACE_SECURITY_PLATFORM=app-service
      """;

  @TempDir Path folder;

  private Assembly start(String lines) throws IOException {
    return Assembly.start(Files.writeString(folder.resolve(".env"), lines));
  }

  @Test
  void each_mode_has_its_own_way_of_knowing_callers() throws IOException {
    try (var open = start("");
        var jwt = start(JWT + "MILLRACE_HTTP_HOST=0.0.0.0");
        var platform = start(PLATFORM + "MILLRACE_HTTP_HOST=0.0.0.0\nWEBSITE_AUTH_ENABLED=True")) {
      assertThat(open.get(SignIn.class)).isInstanceOf(OpenSignIn.class);
      assertThat(jwt.get(SignIn.class)).isInstanceOf(TokenSignIn.class);
      assertThat(platform.get(SignIn.class)).isInstanceOf(PlatformSignIn.class);
    }
  }

  @Test
  void where_nobody_signs_in_nobody_else_gets_in_unless_that_is_asked_for() throws IOException {
    assertThatThrownBy(() -> start("MILLRACE_HTTP_HOST=0.0.0.0"))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("MILLRACE_HTTP_HOST")
        .hasMessageContaining("MILLRACE_SECURITY_OPEN_ANYWHERE");

    try (var asked = start("MILLRACE_HTTP_HOST=0.0.0.0\nMILLRACE_SECURITY_OPEN_ANYWHERE=true")) {
      assertThat(asked.get(SignIn.class)).isInstanceOf(OpenSignIn.class);
    }
  }

  @Test
  void a_platform_that_is_not_there_is_not_believed() {
    assertThatThrownBy(() -> start(PLATFORM)).hasMessageContaining("WEBSITE_AUTH_ENABLED");
    assertThatThrownBy(() -> start(PLATFORM + "WEBSITE_AUTH_ENABLED=False"))
        .hasMessageContaining("WEBSITE_AUTH_ENABLED");
    assertThatThrownBy(() -> start(PLATFORM.replace("app-service", "container-apps")))
        .hasMessageContaining("CONTAINER_APP_NAME");
  }

  /** From every room, wrong by itself or only beside another: one start tells it all. */
  @Test
  void everything_that_is_wrong_is_told_at_once_with_its_setting_and_its_variable() {
    var wrong =
        """
        MILLRACE_HTTP_HOST=0.0.0.0
        MILLRACE_HTTP_PORT=many
        MILLRACE_HTTP_ORIGINS=*
        MILLRACE_BUS_LOCK=soon
        MILLRACE_SECRET=geheim
        MILLRACE_LIMITS_JOBS=-1
        MILLRACE_DELEGATION_CLIENT_SECRET=geheim
        MILLRACE_SECURITY_MODE=jwt
        MILLRACE_SECURITY_JWT_KEYS=http://issuer.example/keys
        MILLRACE_SECURITY_JWT_ALGORITHMS=HS256
        MILLRACE_LIMIT_JOB=3
        MILLRACE_BUS_NAMESPACE=mill.servicebus.windows.net
        MILLRACE_BUS_CONNECTION_STRING=Endpoint=sb://mill.example;SharedAccessKeyName=a;SharedAccessKey=geheim
        MILLRACE_STORAGE_BLOB_ENDPOINT=https://mill.example
        MILLRACE_STORAGE_BLOB_CONNECTION_STRING=AccountName=mill;AccountKey=geheim
        """;

    assertThatThrownBy(() -> start(wrong))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContainingAll(
            "millrace.http.port (MILLRACE_HTTP_PORT)",
            "millrace.http.origins (MILLRACE_HTTP_ORIGINS)",
            "millrace.bus.lock (MILLRACE_BUS_LOCK)",
            "millrace.secret (MILLRACE_SECRET)",
            "millrace.limits.jobs (MILLRACE_LIMITS_JOBS)",
            "millrace.delegation.client-id (MILLRACE_DELEGATION_CLIENT_ID)",
            "millrace.security.scope (MILLRACE_SECURITY_SCOPE)",
            "millrace.security.jwt.issuer (MILLRACE_SECURITY_JWT_ISSUER)",
            "millrace.security.jwt.keys (MILLRACE_SECURITY_JWT_KEYS)",
            "millrace.security.jwt.audience (MILLRACE_SECURITY_JWT_AUDIENCE)",
            "millrace.security.jwt.algorithms (MILLRACE_SECURITY_JWT_ALGORITHMS)",
            "MILLRACE_LIMIT_JOB (in " + folder.resolve(".env") + ")",
            "millrace.bus.namespace (MILLRACE_BUS_NAMESPACE) and millrace.bus.connection-string",
            "millrace.storage.blob.endpoint (MILLRACE_STORAGE_BLOB_ENDPOINT) and millrace.storage")
        .hasMessageNotContaining("geheim");
  }
}
