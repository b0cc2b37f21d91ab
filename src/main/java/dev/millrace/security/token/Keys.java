package dev.millrace.security.token;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.source.CachingJWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.OutageTolerantJWKSetSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.jwk.source.RateLimitedJWKSetSource;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import dev.millrace.job.Unavailable;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The public keys of an issuer, from one address and no other. A key that was taken back is refused
 * once {@link #FRESH} is over, a new one is found at once; while the issuer is away the last keys
 * hold for {@link #STALE} more.
 */
public final class Keys {
  /** How long keys are used before they are asked for again. */
  static final Duration FRESH = Duration.ofMinutes(5);

  /** How long the last keys do while the issuer does not answer. */
  static final Duration STALE = Duration.ofHours(1);

  /** Tokens that name keys nobody has make us ask twice in this time, however many they are. */
  static final Duration BETWEEN = Duration.ofSeconds(30);

  private static final Duration TIME_TO_ANSWER = Duration.ofSeconds(5);
  private static final int LARGEST = 1 << 18;

  private final JWKSetSource<SecurityContext> source;
  private final InstantSource clock;

  public Keys(URI address, InstantSource clock) {
    this.clock = clock;
    int patience = (int) TIME_TO_ANSWER.toMillis();
    try {
      var remote =
          new URLBasedJWKSetSource<SecurityContext>(
              address.toURL(), new DefaultResourceRetriever(patience, patience, LARGEST));
      var limited = new RateLimitedJWKSetSource<>(remote, BETWEEN.toMillis(), null);
      var tolerant = new OutageTolerantJWKSetSource<>(limited, STALE.toMillis(), null);
      source = new CachingJWKSetSource<>(tolerant, FRESH.toMillis(), 3L * patience, null);
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("not an address of keys: " + address, e);
    }
  }

  /**
   * The key of this id, if the issuer signs with it.
   *
   * @throws Unavailable when the issuer has been away for too long
   */
  Optional<JWK> find(String id) {
    try {
      JWKSet known = ask(JWKSetCacheRefreshEvaluator.noRefresh());
      JWK key = known.getKeyByKeyId(id);
      if (key == null) {
        key = ask(JWKSetCacheRefreshEvaluator.referenceComparison(known)).getKeyByKeyId(id);
      }
      return Optional.ofNullable(key)
          .filter(it -> it.getKeyUse() == null || it.getKeyUse().equals(KeyUse.SIGNATURE));
    } catch (RateLimitReachedException e) {
      return Optional.empty();
    } catch (KeySourceException e) {
      throw new Unavailable("the keys that tokens are signed with cannot be had", e);
    }
  }

  private JWKSet ask(JWKSetCacheRefreshEvaluator when) throws KeySourceException {
    return source.getJWKSet(when, clock.millis(), null);
  }
}
