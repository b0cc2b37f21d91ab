package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelWiringTest {
  @TempDir Path folder;

  @Test
  void without_settings_the_model_is_in_this_process() throws IOException {
    try (var assembly = start("")) {
      assertThat(place(assembly)).isEqualTo(new Place("model", "rehearsal", "this process"));
    }
  }

  @Test
  void variables_of_the_environment_set_up_as_many_models_as_one_wants() throws IOException {
    try (var assembly =
        start(
            """
            MILLRACE_MODELS_GPT_4O_KIND=azure
            MILLRACE_MODELS_GPT_4O_ENDPOINT=https://mill.openai.azure.com
            MILLRACE_MODELS_GPT_4O_DEPLOYMENT=chat
            MILLRACE_MODELS_GPT_4O_API_VERSION=2024-10-21
            MILLRACE_MODELS_GPT_4O_KEY=geheim
            MILLRACE_MODELS_LOCAL_KIND=ollama
            MILLRACE_MODELS_LOCAL_MODEL=llama3.1
            MILLRACE_MODELS_LOCAL_WINDOW=8192
            MILLRACE_MODEL=gpt-4o
            """)) {
      var models = assembly.get(Models.class);

      assertThat(models.usual()).isEqualTo("gpt-4o");
      assertThat(models.find("gpt-4o").orElseThrow().name()).isEqualTo("chat");
      assertThat(models.find("local").orElseThrow().window()).isEqualTo(8192);
      assertThat(models.find("rehearsal")).isPresent();
      assertThat(models.find("nobody")).isEmpty();
      assertThat(place(assembly))
          .isEqualTo(new Place("model", "azure", "chat at mill.openai.azure.com; also local"));
    }
  }

  @Test
  void the_variables_that_other_programs_know_an_azure_openai_by_are_enough() throws IOException {
    try (var assembly =
        start(
            """
            AZURE_OPENAI_ENDPOINT=https://mill.openai.azure.com/
            AZURE_OPENAI_CHAT_DEPLOYMENT_NAME=gpt-4o-mini
            AZURE_OPENAI_API_VERSION=2024-02-15-preview
            """)) {
      assertThat(assembly.get(Models.class).find("azure-openai").orElseThrow().name())
          .isEqualTo("gpt-4o-mini");
      assertThat(place(assembly).where()).startsWith("gpt-4o-mini at mill.openai.azure.com");
    }
  }

  @Test
  void what_is_wrong_is_said_with_the_variable_that_mends_it() {
    assertThatThrownBy(
            () -> start("MILLRACE_MODELS_GPT_KIND=azure\nMILLRACE_MODELS_GPT_API_VERSOIN=1"))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("(MILLRACE_MODELS_GPT_ENDPOINT) is missing")
        .hasMessageContaining("(MILLRACE_MODELS_GPT_DEPLOYMENT) is missing")
        .hasMessageContaining("MILLRACE_MODELS_GPT_API_VERSOIN) is no setting of a model");
  }

  private static Place place(Assembly assembly) {
    return assembly.places().stream()
        .filter(place -> place.part().equals("model"))
        .findFirst()
        .orElseThrow();
  }

  private Assembly start(String lines) throws IOException {
    return Assembly.start(
        Files.writeString(
            folder.resolve(".env"),
            lines
                + "\nMILLRACE_BUS_PORT=0\nMILLRACE_STORAGE_DIRECTORY="
                + folder.resolve("data")
                + "\n"));
  }
}
