package dev.millrace.session.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.AzureException;
import com.azure.core.exception.ClientAuthenticationException;
import dev.millrace.SettableClock;
import dev.millrace.job.Unavailable;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class EntraAddressTest {
  private final SettableClock clock = new SettableClock();
  private final List<String> scopes = new ArrayList<>();
  private RuntimeException fault;
  private final TokenCredential credential =
      new TokenCredential() {
        @Override
        public Mono<AccessToken> getToken(TokenRequestContext request) {
          throw new UnsupportedOperationException("only the other one is used");
        }

        @Override
        public AccessToken getTokenSync(TokenRequestContext request) {
          if (fault != null) {
            throw fault;
          }
          scopes.addAll(request.getScopes());
          return new AccessToken(
              "token-" + scopes.size(),
              clock.instant().plus(Duration.ofHours(1)).atOffset(ZoneOffset.UTC));
        }
      };
  private final EntraAddress address =
      new EntraAddress(URI.create("https://pool.example"), credential, clock);

  @Test
  void a_token_is_for_session_pools_and_is_kept_until_shortly_before_its_end()
      throws InterruptedException {
    assertThat(address.now().token()).isEqualTo("token-1");
    clock.advance(Duration.ofMinutes(54));
    assertThat(address.now().token()).isEqualTo("token-1");
    clock.advance(Duration.ofMinutes(2));
    assertThat(address.now().token()).isEqualTo("token-2");

    assertThat(scopes).containsOnly("https://dynamicsessions.io/.default");
  }

  @Test
  void a_token_that_was_refused_is_replaced_once() throws InterruptedException {
    var used = address.now();

    address.refused(used);
    address.now();
    address.refused(used);

    assertThat(address.now().token()).isEqualTo("token-2");
  }

  @Test
  void a_token_that_is_still_good_is_used_while_there_is_no_other() throws InterruptedException {
    address.now();
    fault = new AzureException("no way to the issuer");

    clock.advance(Duration.ofMinutes(58));
    assertThat(address.now().token()).isEqualTo("token-1");
    fault = new ClientAuthenticationException("signed out", null);
    assertThat(address.now().token()).isEqualTo("token-1");
    clock.advance(Duration.ofMinutes(3));
    assertThatThrownBy(address::now)
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("az login");
  }

  @Test
  void a_token_is_never_printed() throws InterruptedException {
    assertThat(address.now().toString()).doesNotContain("token-1");
  }
}
