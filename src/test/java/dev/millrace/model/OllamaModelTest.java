package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.jspecify.annotations.Nullable;

class OllamaModelTest extends LanguageModelContract {
  @Override
  ModelKind kind() {
    return ModelKind.OLLAMA;
  }

  @Override
  @Nullable String key() {
    return null;
  }

  @Override
  URI endpoint(URI server) {
    return server.resolve("/v1/");
  }

  @Override
  String target() {
    return "/v1/chat/completions";
  }

  @Override
  void assertSignedIn(ScriptedServer.Asked asked) {
    assertThat(asked.headers()).doesNotContainKeys("authorization", "api-key");
  }
}
