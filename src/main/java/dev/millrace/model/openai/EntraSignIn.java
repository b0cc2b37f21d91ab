package dev.millrace.model.openai;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.AzureException;
import com.azure.core.exception.ClientAuthenticationException;
import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.KeptToken;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** With a token of Entra. */
public final class EntraSignIn implements SignIn {
  private static final TokenRequestContext WANTED =
      new TokenRequestContext().addScopes("https://cognitiveservices.azure.com/.default");
  private static final String BEARER = "Bearer ";

  private final KeptToken token;

  /**
   * @param credential made when a token is needed, for that takes a while
   */
  public EntraSignIn(Supplier<TokenCredential> credential, InstantSource clock) {
    this.token = new KeptToken(() -> issued(credential.get()), clock);
  }

  @Override
  public Proof now() throws InterruptedException {
    return new Proof("Authorization", BEARER + token.text());
  }

  @Override
  public boolean refused(@Nullable Proof used) {
    if (used != null && used.value().startsWith(BEARER)) {
      token.refused(used.value().substring(BEARER.length()));
    }
    return true;
  }

  private static KeptToken.Token issued(TokenCredential credential) {
    try {
      AccessToken token = credential.getTokenSync(WANTED);
      return new KeptToken.Token(token.getToken(), token.getExpiresAt().toInstant());
    } catch (ClientAuthenticationException e) {
      throw new Unavailable(
          "no identity could sign in to Azure OpenAI. Run az login, or give this machine a managed"
              + " identity; AZURE_CLIENT_ID chooses among several",
          e);
    } catch (AzureException e) {
      throw new Unavailable("no token for Azure OpenAI could be had", e);
    }
  }
}
