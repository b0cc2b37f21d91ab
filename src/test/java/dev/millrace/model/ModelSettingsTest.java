package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSettingsTest {
  private static final AzureOpenAiSettings NO_AZURE = azure(null, null, null, null, null, null);

  @Test
  void without_anything_set_there_is_one_of_rules() {
    var settings = new ModelSettings("", Map.of());

    assertThat(settings.usual(NO_AZURE)).isEqualTo("rehearsal");
    assertThat(settings.setups(NO_AZURE)).extracting(ModelSetup::name).containsExactly("rehearsal");
  }

  @Test
  void the_variables_of_azure_are_the_usual_model_if_no_other_is_set_up() {
    var azure = azure("https://mill.openai.azure.com/", "chat", "", "chat", "2024-02-01", "geheim");
    var alone = new ModelSettings(null, null);

    assertThat(alone.usual(azure)).isEqualTo("azure-openai");
    var setup = alone.setups(azure).getFirst();
    assertThat(setup.model()).isEqualTo("chat");
    assertThat(setup.apiVersion()).isEqualTo("2024-02-01");
    assertThat(setup.key()).isEqualTo("geheim");
    assertThat(setup.toString()).doesNotContain("geheim");

    var other = settings("kind", "ollama", "model", "llama3.1");
    assertThat(other.usual(azure)).isEqualTo("mine");
    assertThat(other.setups(azure))
        .extracting(ModelSetup::name)
        .containsExactly("mine", "rehearsal");
  }

  @Test
  void variables_of_azure_that_contradict_each_other_or_are_half_are_faults() {
    assertThatThrownBy(() -> azure("https://mill.example", "a", "b", "", "", ""))
        .hasMessageContaining("AZURE_OPENAI_DEPLOYMENT_NAME")
        .hasMessageContaining("differ");
    assertThatThrownBy(() -> azure("", "", "", "a", "", ""))
        .hasMessageStartingWith("AZURE_OPENAI_ENDPOINT is missing");
    assertThatThrownBy(() -> azure("https://mill.example", "", "", "", "", ""))
        .hasMessageContaining("no deployment");
    assertThatThrownBy(() -> azure("http://mill.example", "a", "", "", "", "geheim"))
        .hasMessageStartingWith("AZURE_OPENAI_ENDPOINT goes over a network in clear text")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void several_models_may_be_set_up_and_one_of_them_is_the_usual_one() {
    var models =
        Map.<String, Object>of(
            "gpt-4o.kind", "azure",
            "gpt-4o.endpoint", "https://mill.openai.azure.com",
            "gpt-4o.deployment", "chat",
            "local.kind", "ollama",
            "local.model", "llama3.1",
            "local.window", 8192);

    var settings = new ModelSettings("gpt-4o", models);
    assertThat(settings.usual(NO_AZURE)).isEqualTo("gpt-4o");
    assertThat(settings.setups(NO_AZURE))
        .extracting(ModelSetup::name)
        .containsExactly("gpt-4o", "local", "rehearsal");

    assertThatThrownBy(() -> new ModelSettings("", models))
        .hasMessage(
            "millrace.model (MILLRACE_MODEL) is missing. Name the one that is meant where none is"
                + " named: gpt-4o, local");
    assertThatThrownBy(() -> new ModelSettings("gpt", models))
        .hasMessageContaining("names gpt, which is no model that is set up")
        .hasMessageContaining("gpt-4o, local, rehearsal");
  }

  @Test
  void everything_has_a_default_that_works() {
    var setup = setup("kind", "openai", "model", "gpt-4o", "key", "geheim");

    assertThat(setup.endpoint()).isEqualTo(URI.create("https://api.openai.com/v1"));
    assertThat(setup.window()).isEqualTo(Long.MAX_VALUE);
    assertThat(setup.sees()).isFalse();
    assertThat(setup.temperature()).isNull();
    assertThat(setup.concurrent()).isEqualTo(8);
    assertThat(setup.timeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(setup.stall()).isEqualTo(Duration.ofSeconds(60));
    assertThat(setup.patience()).isEqualTo(Duration.ofMinutes(2));
    assertThat(setup("kind", "claude").command()).isEqualTo("claude");
  }

  /** A key of the environment stands for every way to put dots and hyphens. */
  @Test
  void the_keys_that_a_variable_stands_for_are_read_as_the_one_that_makes_sense() {
    var settings =
        new ModelSettings(
            null,
            Map.of(
                "gpt.4o.kind", "openai",
                "gpt-4o.kind", "openai",
                "gpt.4o-kind", "openai",
                "gpt-4o-kind", "openai",
                "gpt-4o.model", "gpt-4o",
                "gpt-4o.key", " geheim ",
                "gpt-4o.window", ""));

    assertThat(settings.usual(NO_AZURE)).isEqualTo("gpt-4o");
    assertThat(settings.setups(NO_AZURE).getFirst().key()).isEqualTo("geheim");
    assertThat(settings.toString()).doesNotContain("geheim");
  }

  @ParameterizedTest
  @CsvSource({
    "ollama, http://localhost:11434, http://localhost:11434/v1",
    "openai, http://127.0.0.1:1234/, http://127.0.0.1:1234/v1",
    "openai, http://[::1]:1234/api/v2, http://[::1]:1234/api/v2",
    "openai, https://mill.example/openai/v1/, https://mill.example/openai/v1/"
  })
  void an_endpoint_is_where_chat_completions_are(String kind, String endpoint, String meant) {
    assertThat(setup("kind", kind, "model", "m", "endpoint", endpoint).endpoint())
        .isEqualTo(URI.create(meant));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mill",
        "ftp://mill.example",
        "https://",
        "https://user:geheim@mill.example/v1",
        "https://mill.example/v1?key=geheim",
        "https://mill.example/v1/chat/completions",
        "http://mill.example/v1",
        "http://localhost.mill.example/v1",
        "http://127.evil.example/v1"
      })
  void anything_else_is_no_endpoint(String endpoint) {
    assertThatThrownBy(() -> settings("kind", "openai", "model", "m", "endpoint", endpoint))
        .hasMessageStartingWith("millrace.models.mine.endpoint (MILLRACE_MODELS_MINE_ENDPOINT) ")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void clear_text_over_a_network_has_to_be_allowed() {
    var setup =
        setup(
            "kind",
            "openai",
            "model",
            "m",
            "endpoint",
            "http://gpu.example/v1",
            "insecure",
            "true");

    assertThat(setup.endpoint()).isEqualTo(URI.create("http://gpu.example/v1"));
  }

  @Test
  void all_that_is_wrong_is_said_at_once() {
    assertThatThrownBy(
            () ->
                new ModelSettings(
                    "nobody",
                    Map.ofEntries(
                        Map.entry("a.kind", "gemini"),
                        Map.entry("b.kind", "azure"),
                        Map.entry("b.model", "x"),
                        Map.entry("b.deployment", "y"),
                        Map.entry("b.window", "0"),
                        Map.entry("b.sees", "maybe"),
                        Map.entry("b.temperature", "3"),
                        Map.entry("b.timeout", "soon"),
                        Map.entry("b.command", "claude"),
                        Map.entry("c.kind", "claude"),
                        Map.entry("c.key", "geheim"),
                        Map.entry("d.endpont", "https://x"),
                        Map.entry("rehearsal.kind", "claude"))))
        .message()
        .satisfies(
            message ->
                assertThat(message.lines())
                    .hasSize(12)
                    .anyMatch(
                        line ->
                            line.startsWith(
                                "millrace.models.a.kind (MILLRACE_MODELS_A_KIND) must be one of"
                                    + " azure, openai, ollama, claude, rehearsal"))
                    .anyMatch(
                        line -> line.contains("b.deployment (MILLRACE_MODELS_B_DEPLOYMENT) and"))
                    .anyMatch(line -> line.contains("b.endpoint") && line.contains("is missing"))
                    .anyMatch(line -> line.contains("b.window") && line.contains("1 to"))
                    .anyMatch(line -> line.contains("b.sees"))
                    .anyMatch(line -> line.contains("b.temperature"))
                    .anyMatch(line -> line.contains("b.timeout"))
                    .anyMatch(line -> line.contains("b.command") && line.contains("Leave it out"))
                    .anyMatch(line -> line.contains("c.key"))
                    .anyMatch(line -> line.contains("d.endpont") && line.contains("no setting"))
                    .anyMatch(line -> line.contains("rehearsal") && line.contains("built in"))
                    .anyMatch(
                        line -> line.startsWith("millrace.model (MILLRACE_MODEL) names nobody"))
                    .noneMatch(line -> line.contains("geheim")));
  }

  private static ModelSetup setup(String... pairs) {
    return settings(pairs).setups(NO_AZURE).getFirst();
  }

  private static ModelSettings settings(String... pairs) {
    var models = new java.util.TreeMap<String, Object>();
    for (int at = 0; at < pairs.length; at += 2) {
      models.put("mine." + pairs[at], pairs[at + 1]);
    }
    return new ModelSettings(null, models);
  }

  private static AzureOpenAiSettings azure(
      String endpoint, String chat, String name, String deployment, String version, String key) {
    return new AzureOpenAiSettings(endpoint, chat, name, deployment, version, key);
  }
}
