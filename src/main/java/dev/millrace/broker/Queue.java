package dev.millrace.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What messages are received from: a queue, a subscription, or the dead letters of either. */
public non-sealed interface Queue extends Entity, Destination {
  enum Kind {
    QUEUE,
    SUBSCRIPTION,
    DEAD_LETTERS
  }

  /** What happens to a message when it is received. */
  enum Mode {
    PEEK_LOCK,
    RECEIVE_AND_DELETE
  }

  Kind kind();

  boolean requiresSession();

  Duration lockDuration();

  /** The dead letters of this queue or subscription; its own if it is dead letters. */
  Queue deadLetters();

  /** Of a subscription only. */
  Optional<Rules> rules();

  /**
   * A receiver without a session.
   *
   * @param wake called when there may be something; see {@link Receiver}
   * @throws Refused {@code NOT_ALLOWED} if this queue requires sessions
   */
  Receiver receiver(Mode mode, Runnable wake);

  /**
   * Locks a session: this one, or (null) the next that has messages and that nobody holds. Waits
   * for a next one up to the time-out; who came first is served first.
   *
   * @return refused with {@code SESSION_CANNOT_BE_LOCKED} if somebody else holds this one, {@code
   *     TIMEOUT} if none was free in time, {@code NOT_ALLOWED} if this queue has no sessions.
   *     Cancelling the future ({@code toCompletableFuture().cancel(false)}) ends the wait; one that
   *     was served at the same moment is then closed.
   */
  CompletionStage<SessionReceiver> acceptSession(
      @Nullable String sessionId, Mode mode, Duration timeout, Runnable wake);

  /**
   * Settles a delivery.
   *
   * @return refused with {@code LOCK_LOST}, or {@code SESSION_LOCK_LOST} for a message of a session
   *     whose lock is gone
   */
  CompletionStage<Void> settle(UUID lockToken, Settlement settlement);

  /**
   * Renews the locks of deliveries, all or none.
   *
   * @return until when, in the same order
   * @throws Refused {@code LOCK_LOST}
   */
  List<Instant> renewLocks(List<UUID> lockTokens);

  /**
   * Receives deferred messages, all or none.
   *
   * @param sessionId of a queue that requires sessions: its lock must be held
   * @return refused with {@code MESSAGE_NOT_FOUND}, {@code SESSION_LOCK_LOST}
   */
  CompletionStage<List<Delivery>> receiveDeferred(
      List<Long> sequenceNumbers, Mode mode, @Nullable String sessionId);

  /**
   * Looks without locking, in the order of sequence numbers.
   *
   * @param sessionId only messages of that session
   */
  List<Delivery> peek(long fromSequenceNumber, int max, @Nullable String sessionId);

  /**
   * @return until when the session is locked now
   * @throws Refused {@code SESSION_LOCK_LOST}
   */
  Instant renewSession(String sessionId);

  /**
   * @throws Refused {@code SESSION_LOCK_LOST} if nobody holds the session
   */
  Optional<byte[]> sessionState(String sessionId);

  /**
   * @param state null clears it
   * @return refused with {@code SESSION_LOCK_LOST}, {@code TOO_LARGE}
   */
  CompletionStage<Void> setSessionState(String sessionId, byte @Nullable [] state);

  /** How many messages are active, locked ones included. */
  int activeMessages();
}
