package dev.millrace.session.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.AzureException;
import com.azure.core.exception.ClientAuthenticationException;
import dev.millrace.job.Unavailable;
import dev.millrace.session.rest.exchange.PoolAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The address of a pool, which stays, and a token of Entra, which is kept until shortly before it
 * expires.
 */
final class EntraAddress implements PoolAddress {
  private static final String SCOPE = "https://dynamicsessions.io/.default";
  private static final Duration EARLY = Duration.ofMinutes(5);

  private final URI endpoint;
  private final TokenCredential credential;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable AccessToken token;

  EntraAddress(URI endpoint, TokenCredential credential, InstantSource clock) {
    this.endpoint = endpoint;
    this.credential = credential;
    this.clock = clock;
  }

  @Override
  public Target now() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Instant now = clock.instant();
      AccessToken kept = token;
      if (kept == null || !now.plus(EARLY).isBefore(kept.getExpiresAt().toInstant())) {
        kept = fresh(kept, now);
        token = kept;
      }
      return new Target(endpoint, kept.getToken());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void refused(Target used) {
    lock.lock();
    try {
      if (token != null && token.getToken().equals(used.token())) {
        token = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A token that is still good is used while there is no other. */
  private AccessToken fresh(@Nullable AccessToken kept, Instant now) {
    try {
      return credential.getTokenSync(new TokenRequestContext().addScopes(SCOPE));
    } catch (ClientAuthenticationException e) {
      if (kept != null && now.isBefore(kept.getExpiresAt().toInstant())) {
        return kept;
      }
      throw new Unavailable(
          "no identity could sign in to the session pool. Run az login, or give this machine a"
              + " managed identity; AZURE_CLIENT_ID chooses among several",
          e);
    } catch (AzureException e) {
      throw new Unavailable("no token for the session pool could be had", e);
    }
  }
}
