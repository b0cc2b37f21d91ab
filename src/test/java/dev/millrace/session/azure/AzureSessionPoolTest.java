package dev.millrace.session.azure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.session.CodeSession;
import dev.millrace.session.SessionPool.Holder;
import dev.millrace.session.SessionSettings;
import dev.millrace.session.rest.ScriptedPool;
import dev.millrace.session.rest.ScriptedPool.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** From the settings and a credential to what a pool is asked. */
class AzureSessionPoolTest {
  private static final Secret SECRET = new Secret(new byte[32]);
  private static final Holder HOLDER =
      new Holder(new Owner("t", "anna@example.com"), "analyst", "user-123");

  private final SettableClock clock = new SettableClock();
  private final TokenCredential credential =
      new TokenCredential() {
        @Override
        public Mono<AccessToken> getToken(TokenRequestContext request) {
          return Mono.just(
              new AccessToken(
                  "from-entra",
                  clock.instant().plus(Duration.ofHours(1)).atOffset(ZoneOffset.UTC)));
        }
      };

  private ScriptedPool azure;
  private AzureSessionPool pool;

  @BeforeEach
  void open() throws IOException {
    azure = new ScriptedPool();
    var local = new SessionSettings.Local(null, 512, 64, 1, Duration.ofMinutes(5), false);
    var settings =
        new SessionSettings(azure.endpoint().toString(), "custom", "2025-02-02-preview", local);
    pool = new AzureSessionPool(settings, credential, SECRET, Json.MAPPER, clock);
  }

  @AfterEach
  void close() {
    pool.close();
    azure.close();
  }

  @Test
  void it_shows_a_token_of_entra_and_names_nobody() {
    azure.on("POST /executions", 200, "{'status': 'Succeeded', 'result': {'stdout': '1'}}");

    pool.session(HOLDER).run("e1", "print(1)", Duration.ofMinutes(1));

    var asked = azure.asked().getFirst();
    assertThat(asked.headers()).containsEntry("authorization", "Bearer from-entra");
    assertThat(asked.query())
        .containsEntry("api-version", "2025-02-02-preview")
        .containsEntry("identifier", HOLDER.identifier(SECRET));
    assertThat(asked.query().get("identifier")).matches("[0-9a-f]{32}");
    assertThat(asked.toString()).doesNotContain("anna", "user-123");
  }

  @Test
  void what_goes_wrong_is_said_without_the_identifier() {
    azure.on("POST /executions", Reply.of(403, "{'error': {'message': 'no role'}}"));
    CodeSession session = pool.session(HOLDER);

    assertThatThrownBy(() -> session.run("e1", "1", Duration.ofMinutes(1)))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("Azure ContainerApps Session Executor")
        .hasMessageNotContaining(HOLDER.identifier(SECRET));
  }

  @Test
  void sessions_of_others_have_other_identifiers() {
    String mine = HOLDER.identifier(SECRET);

    assertThat(new Holder(HOLDER.owner(), "other", HOLDER.name()).identifier(SECRET))
        .isNotEqualTo(mine);
    assertThat(new Holder(new Owner("t", "bob"), "analyst", "user-123").identifier(SECRET))
        .isNotEqualTo(mine);
    assertThat(
            new Holder(new Owner("u", "anna@example.com"), "analyst", "user-123")
                .identifier(SECRET))
        .isNotEqualTo(mine);
    assertThat(HOLDER.identifier(new Secret("another one, of 32 characters...".getBytes(US_ASCII))))
        .isNotEqualTo(mine);
  }
}
