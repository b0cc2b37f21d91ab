package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Unavailable;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.ScriptedServer.Scene;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AzureIdentityTest extends LanguageModelContract {
  private static final Scene UNKNOWN = Scene.whole(401, "{'error': {'code': 'Unauthorized'}}");

  @Override
  ModelKind kind() {
    return ModelKind.AZURE;
  }

  @Override
  @Nullable String key() {
    return null;
  }

  @Override
  URI endpoint(URI server) {
    return server;
  }

  @Override
  String target() {
    return "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";
  }

  @Override
  void assertSignedIn(ScriptedServer.Asked asked) {
    assertThat(asked.headers())
        .containsEntry("authorization", "Bearer geheim-7f3a" + tokens.get())
        .doesNotContainKey("api-key");
  }

  @Test
  void a_token_is_kept_until_shortly_before_it_expires() {
    var model = model();

    model.reply(sum());
    model.reply(sum());
    assertThat(tokens).hasValue(1);

    clock.advance(Duration.ofMinutes(56));
    model.reply(sum());
    assertThat(tokens).hasValue(2);
    assertSignedIn(server.asked().getLast());
  }

  @Test
  void a_token_that_is_refused_is_refreshed_once() {
    server.then(UNKNOWN, Scene.says("Four."), UNKNOWN, UNKNOWN);
    var model = model();

    assertThat(model.reply(sum())).isInstanceOf(Reply.Answer.class);
    assertThat(tokens).hasValue(2);
    assertSignedIn(server.asked().getLast());

    assertThatThrownBy(() -> model.reply(sum()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("(401, Unauthorized)")
        .hasMessageNotContaining("geheim");
    assertThat(server.asked()).hasSize(4);
  }
}
