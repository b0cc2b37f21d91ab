package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnknownSettingsTest {
  @TempDir Path folder;

  @Test
  void a_variable_with_a_letter_too_few_is_named_with_the_one_that_was_meant() {
    assertThatThrownBy(() -> start("MILLRACE_BUS_NAMESPAC=mill\nMILLRACE_HTPP_PORT=0"))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining(
            "MILLRACE_BUS_NAMESPAC (in %s) is no setting. The one most like it is MILLRACE_BUS_NAMESPACE."
                .formatted(folder.resolve(".env")))
        .hasMessageContaining("most like it is MILLRACE_HTTP_PORT.");
  }

  @Test
  void so_is_a_setting_of_a_file() {
    assertThatThrownBy(
            () -> start("", Map.of("millrace.sessions.local.maximun", 3, "millrace.bus", 7)))
        .hasMessageContaining(
            "millrace.sessions.local.maximun (in given) is no setting. The one most like it is"
                + " millrace.sessions.local.maximum.")
        .hasMessageContaining("millrace.bus (in given)");
  }

  @Test
  void what_is_said_of_a_model_or_an_agent_is_known_to_whoever_reads_it() {
    assertThatThrownBy(
            () -> start("MILLRACE_MODELS_GPT_KYE=geheim\nMILLRACE_AGENTS_HELPER_MODLE=gpt"))
        .hasMessageContaining("no setting of a model")
        .hasMessageContaining("no setting of an agent")
        .hasMessageNotContaining("most like")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void what_others_have_written_down_is_left_alone() throws IOException {
    var lines =
        """
        MILLRACE_REQUIRE_ALL=true
        MILLRACE_SERVICE_HOST=10.0.0.1
        MILLRACE_SERVICE_PORT_HTTP=80
        MILLRACE_PORT=tcp://10.0.0.1:80
        MILLRACE_PORT_80_TCP_ADDR=10.0.0.1
        JWT_ISSUER=https://issuer.example
        MILLRACE_AGENTS_HELPER_INSTRUCTIONS=Help.
        """;
    try (var assembly = start(lines, Map.of("millrace.bus.connectionString", ""))) {
      assertThat(assembly.places()).isNotEmpty();
    }
  }

  private Assembly start(String lines) throws IOException {
    return start(lines, Map.of());
  }

  private Assembly start(String lines, Map<String, Object> given) throws IOException {
    return Assembly.start(Files.writeString(folder.resolve(".env"), lines), given);
  }
}
