package dev.millrace.security.delegation;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.identity.CredentialUnavailableException;
import com.azure.identity.OnBehalfOfCredentialBuilder;
import dev.millrace.job.Unavailable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The on-behalf-of flow of Entra. A credential is made for each exchange and thrown away: with it
 * goes its cache, so that nobody can ever be answered what was exchanged for somebody else.
 */
public final class EntraExchange implements Exchange {
  private final Supplier<OnBehalfOfCredentialBuilder> ourselves;

  /**
   * @param ourselves makes a builder that knows who exchanges, and nothing of for whom
   */
  public EntraExchange(Supplier<OnBehalfOfCredentialBuilder> ourselves) {
    this.ourselves = ourselves;
  }

  @Override
  public Token exchange(String token, String tenant, Set<String> scopes) {
    var credential = ourselves.get().tenantId(tenant).userAssertion(token).build();
    var wanted = new TokenRequestContext().setScopes(new ArrayList<>(scopes));
    try {
      AccessToken exchanged = credential.getTokenSync(wanted);
      return new Token(exchanged.getToken(), exchanged.getExpiresAt().toInstant());
    } catch (CredentialUnavailableException e) {
      throw new Unavailable("sign-ins cannot be exchanged now", e);
    } catch (ClientAuthenticationException e) {
      if (neverAnswered(e)) {
        throw new Unavailable("sign-ins cannot be exchanged now", e);
      }
      throw new Refused("The sign-in cannot be exchanged for " + String.join(" ", scopes) + ".");
    }
  }

  private static boolean neverAnswered(Throwable fault) {
    return fault instanceof IOException
        || (fault.getCause() != null && neverAnswered(fault.getCause()));
  }
}
