package dev.millrace.http;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import io.micronaut.context.env.Environment;
import jakarta.inject.Singleton;

/**
 * What carries requests in and answers out: the server of this process piece by piece, or a host of
 * functions, each as a whole.
 */
@Singleton
public final class Carrier {
  /** An answer that is handed over whole lies in memory first, more than once. */
  private static final long LARGEST_WHOLE = 32 << 20;

  private final boolean pieces;

  Carrier(Environment environment) {
    this.pieces = !environment.getActiveNames().contains("function");
  }

  /**
   * @throws Refusal where nobody would see anything before everything is over
   */
  public void checkEvents() {
    if (!pieces) {
      throw Refusal.of(
          Code.NOT_ACCEPTABLE,
          "Events cannot be streamed by this host. Ask for the job with ?wait=60 and If-None-Match"
              + " instead.");
    }
  }

  /**
   * @throws Refusal where an answer of so many bytes cannot be sent
   */
  void check(long length) {
    if (!pieces && length > LARGEST_WHOLE) {
      throw Refusal.of(
          Code.NOT_ACCEPTABLE,
          "This host sends at most %d bytes at a time. Ask for parts, with the header Range."
              .formatted(LARGEST_WHOLE));
    }
  }
}
