package dev.millrace.job.retry;

import dev.millrace.job.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A token of somebody else, kept until shortly before it expires or is refused. Whoever needs it
 * while another one is fetched waits for that one. Safe for use by many threads.
 */
public final class KeptToken {
  private static final Duration EARLY = Duration.ofMinutes(5);

  private final Supplier<Token> issuer;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Token kept;

  /** What an issuer has given; it is never printed. */
  public record Token(String text, Instant expiresAt) {
    @Override
    public String toString() {
      return "Token[expiresAt=" + expiresAt + "]";
    }
  }

  /**
   * @param issuer gives another token; throws {@link Unavailable} when it cannot
   */
  public KeptToken(Supplier<Token> issuer, InstantSource clock) {
    this.issuer = issuer;
    this.clock = clock;
  }

  /**
   * @throws Unavailable when there is none to be had
   */
  public String text() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Instant now = clock.instant();
      Token token = kept;
      if (token == null || !now.plus(EARLY).isBefore(token.expiresAt())) {
        token = fresh(token, now);
        kept = token;
      }
      return token.text();
    } finally {
      lock.unlock();
    }
  }

  /** A token that is still good is used while there is no other. */
  private Token fresh(@Nullable Token last, Instant now) {
    try {
      return issuer.get();
    } catch (Unavailable e) {
      if (last != null && now.isBefore(last.expiresAt())) {
        return last;
      }
      throw e;
    }
  }

  /** The next one is another, unless the token that was refused is not kept any more. */
  public void refused(String used) {
    lock.lock();
    try {
      if (kept != null && kept.text().equals(used)) {
        kept = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
