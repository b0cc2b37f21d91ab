package dev.millrace.model.openai;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.AzureException;
import com.azure.core.exception.ClientAuthenticationException;
import dev.millrace.job.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** With a token of Entra, which is kept until shortly before it expires or is refused. */
public final class EntraSignIn implements SignIn {
  private static final String SCOPE = "https://cognitiveservices.azure.com/.default";
  private static final Duration EARLY = Duration.ofMinutes(5);

  private final Supplier<TokenCredential> credential;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable AccessToken token;

  /**
   * @param credential made when a token is needed, for that takes a while
   */
  public EntraSignIn(Supplier<TokenCredential> credential, InstantSource clock) {
    this.credential = credential;
    this.clock = clock;
  }

  @Override
  public Proof now() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Instant now = clock.instant();
      AccessToken kept = token;
      if (kept == null || !now.plus(EARLY).isBefore(kept.getExpiresAt().toInstant())) {
        kept = fresh(kept, now);
        token = kept;
      }
      return proof(kept);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean refused(@Nullable Proof used) {
    lock.lock();
    try {
      if (token != null && proof(token).equals(used)) {
        token = null;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static Proof proof(AccessToken token) {
    return new Proof("Authorization", "Bearer " + token.getToken());
  }

  /** A token that is still good is used while there is no other. */
  private AccessToken fresh(@Nullable AccessToken kept, Instant now) {
    try {
      return credential.get().getTokenSync(new TokenRequestContext().addScopes(SCOPE));
    } catch (ClientAuthenticationException e) {
      if (kept != null && now.isBefore(kept.getExpiresAt().toInstant())) {
        return kept;
      }
      throw new Unavailable(
          "no identity could sign in to Azure OpenAI. Run az login, or give this machine a managed"
              + " identity; AZURE_CLIENT_ID chooses among several",
          e);
    } catch (AzureException e) {
      throw new Unavailable("no token for Azure OpenAI could be had", e);
    }
  }
}
