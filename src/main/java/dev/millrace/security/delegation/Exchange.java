package dev.millrace.security.delegation;

import java.time.Instant;
import java.util.Set;

/** Exchanges what a caller has signed in with for a token of the same caller's, for elsewhere. */
@FunctionalInterface
public interface Exchange {
  /**
   * Never answers what was exchanged for somebody or something else.
   *
   * @param token that the caller has shown here
   * @throws Refused when the issuer will not
   * @throws dev.millrace.job.Unavailable when the issuer does not answer
   */
  Token exchange(String token, String tenant, Set<String> scopes);

  /** A token, and until when it holds. */
  record Token(String value, Instant expiresAt) {
    /** Never the token. */
    @Override
    public String toString() {
      return "Token[expiresAt=" + expiresAt + "]";
    }
  }

  /** The issuer has said no: consent is missing, or the sign-in does not hold any more. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
      super(message, null, false, false);
    }
  }
}
