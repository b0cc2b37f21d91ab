package dev.millrace.session.rest.exchange;

import java.net.URI;

/** Where a pool is at this moment, and what opens it. Safe for use by many threads. */
public interface PoolAddress {
  /**
   * Asked before each request.
   *
   * @throws dev.millrace.job.Unavailable when there is none for now
   */
  Target now() throws InterruptedException;

  /** The pool did not take this token; the next one should be another. */
  default void refused(Target used) {}

  /** An address with the bearer token to send there, and nowhere else. */
  record Target(URI endpoint, String token) {
    /** Never the token. */
    @Override
    public String toString() {
      return "Target[" + endpoint.getAuthority() + "]";
    }
  }
}
