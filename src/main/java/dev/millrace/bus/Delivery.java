package dev.millrace.bus;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message as the broker gave it out, under a lock. Whoever hands it over keeps the lock alive
 * and settles the message by the {@link Verdict}.
 */
public interface Delivery {
  Received message();

  /**
   * Makes sure of the lock, with the broker itself. False when it is gone for good.
   *
   * @throws dev.millrace.job.Unavailable when the broker does not answer
   */
  boolean renew();

  /** Whether the lock is held, as far as is known here, without asking. */
  boolean locked();

  /** Whether whoever handed this over runs nothing else until it is settled. */
  boolean alone();

  /**
   * Waits until one more job of a kind may run here; the lock is held all the while. A delivery
   * that has been let in stays so until it is settled, and may ask again for another kind.
   *
   * @return false when the job is not to run here after all: the lock is gone, or nothing new is
   *     begun any more
   */
  boolean enter(Kind kind);

  /** Whether whoever handed this over wants it back: what runs is let go at its next step. */
  default boolean recalled() {
    return false;
  }

  /** What a job is to the worker that runs it; each kind has a limit of its own. */
  enum Kind {
    /** A job on its own. */
    JOB,
    /** A turn of a conversation. */
    CONVERSATION,
    BATCH
  }

  /**
   * What the broker says of the message, and what it carries.
   *
   * @param entity the queue it came from
   * @param sequenceNumber the broker's own number of it, the same at every delivery
   * @param enqueuedAt the broker's clock when the message could first be given out
   * @param expiresAt when the sender's time to live is over
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two messages
  record Received(
      String entity,
      long sequenceNumber,
      @Nullable String messageId,
      byte[] body,
      @Nullable String correlationId,
      @Nullable String replyTo,
      @Nullable String replyToSessionId,
      Instant enqueuedAt,
      @Nullable Instant expiresAt,
      @Nullable String traceparent,
      @Nullable String tracestate) {

    /** What its sender is known by: the MessageId, or the broker's number where there is none. */
    public String identity() {
      return Optional.ofNullable(messageId).orElseGet(() -> "#" + sequenceNumber);
    }
  }
}
