package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;

class CompatibleModelTest extends LanguageModelContract {
  @Override
  ModelKind kind() {
    return ModelKind.OPENAI;
  }

  @Override
  URI endpoint(URI server) {
    return server.resolve("/v1");
  }

  @Override
  String target() {
    return "/v1/chat/completions";
  }

  @Override
  void assertSignedIn(ScriptedServer.Asked asked) {
    assertThat(asked.headers()).containsEntry("authorization", "Bearer " + key());
    assertThat(asked.body().get("model").getStringValue()).isEqualTo("gpt-4o");
  }
}
