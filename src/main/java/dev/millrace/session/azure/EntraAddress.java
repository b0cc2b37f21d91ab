package dev.millrace.session.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.AzureException;
import com.azure.core.exception.ClientAuthenticationException;
import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.KeptToken;
import dev.millrace.session.rest.exchange.PoolAddress;
import java.net.URI;
import java.time.InstantSource;

/** The address of a pool, which stays, and a token of Entra, which does not. */
final class EntraAddress implements PoolAddress {
  private static final TokenRequestContext WANTED =
      new TokenRequestContext().addScopes("https://dynamicsessions.io/.default");

  private final URI endpoint;
  private final KeptToken token;

  EntraAddress(URI endpoint, TokenCredential credential, InstantSource clock) {
    this.endpoint = endpoint;
    this.token = new KeptToken(() -> issued(credential), clock);
  }

  @Override
  public Target now() throws InterruptedException {
    return new Target(endpoint, token.text());
  }

  @Override
  public void refused(Target used) {
    token.refused(used.token());
  }

  private static KeptToken.Token issued(TokenCredential credential) {
    try {
      AccessToken token = credential.getTokenSync(WANTED);
      return new KeptToken.Token(token.getToken(), token.getExpiresAt().toInstant());
    } catch (ClientAuthenticationException e) {
      throw new Unavailable(
          "no identity could sign in to the session pool. Run az login, or give this machine a"
              + " managed identity; AZURE_CLIENT_ID chooses among several",
          e);
    } catch (AzureException e) {
      throw new Unavailable("no token for the session pool could be had", e);
    }
  }
}
