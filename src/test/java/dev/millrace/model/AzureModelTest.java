package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;

class AzureModelTest extends LanguageModelContract {
  @Override
  ModelKind kind() {
    return ModelKind.AZURE;
  }

  @Override
  URI endpoint(URI server) {
    return server.resolve("/");
  }

  @Override
  String target() {
    return "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";
  }

  @Override
  void assertSignedIn(ScriptedServer.Asked asked) {
    assertThat(asked.headers()).containsEntry("api-key", key()).doesNotContainKey("authorization");
  }
}
