package dev.millrace.broker.entity;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.Message;
import dev.millrace.broker.PlainReceiver;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.Rules;
import dev.millrace.broker.SessionReceiver;
import dev.millrace.broker.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The commands of a queue, a subscription or dead letters. */
final class LiveQueue implements Queue, Part {
  final Domain domain;
  final Handout handout;
  private final Kind kind;
  private final int maxMessageSize;
  private final Duration lockDuration;
  private final Messages messages;
  private final @Nullable LiveQueue deadLetters;

  /** Of a queue only: others are filled from elsewhere. */
  private final @Nullable Arrivals arrivals;

  private final @Nullable LiveRules rules;

  LiveQueue(
      Domain domain,
      Kind kind,
      int maxMessageSize,
      Duration lockDuration,
      Messages messages,
      @Nullable LiveQueue deadLetters,
      @Nullable Arrivals arrivals,
      @Nullable LiveRules rules) {
    this.domain = domain;
    this.kind = kind;
    this.maxMessageSize = maxMessageSize;
    this.lockDuration = lockDuration;
    this.messages = messages;
    this.deadLetters = deadLetters;
    this.arrivals = arrivals;
    this.rules = rules;
    this.handout = new Handout(messages, lockDuration.toMillis(), domain::newToken);
  }

  @Override
  public String address() {
    return messages.address;
  }

  @Override
  public int maxMessageSize() {
    return maxMessageSize;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public boolean requiresSession() {
    return messages.sessions != null;
  }

  @Override
  public Duration lockDuration() {
    return lockDuration;
  }

  @Override
  public Queue deadLetters() {
    return deadLetters == null ? this : deadLetters;
  }

  @Override
  public Optional<Rules> rules() {
    return Optional.ofNullable(rules);
  }

  @Override
  public boolean readsProperties() {
    return false;
  }

  @Override
  public CompletionStage<long[]> publish(List<Message> sent) {
    return domain.durably(this, work -> arrivals().publish(work, sent));
  }

  @Override
  public CompletionStage<Void> cancelScheduled(List<Long> sequenceNumbers) {
    return domain.done(
        this,
        work -> {
          arrivals().cancel(work, sequenceNumbers);
        });
  }

  @Override
  public PlainReceiver receiver(Mode mode, Runnable wake) {
    if (requiresSession()) {
      throw new Refused(
          Reason.NOT_ALLOWED,
          "The entity '" + address() + "' requires sessions; accept one of them.");
    }
    return new LivePlainReceiver(this, mode, wake);
  }

  @Override
  public CompletionStage<SessionReceiver> acceptSession(
      @Nullable String sessionId, Mode mode, Duration timeout, Runnable wake) {
    CompletableFuture<SessionReceiver> answer = new CompletableFuture<>();
    try {
      domain.act(
          this,
          work -> {
            sessions().accept(work, sessionId, mode, timeout, wake, answer, this);
          });
    } catch (Refused refused) {
      answer.completeExceptionally(refused);
    }
    var unused =
        answer.whenComplete(
            (receiver, failure) -> {
              if (answer.isCancelled()) {
                domain.quietly(this, work -> sessions().forgetCancelled());
              }
            });
    return answer;
  }

  @Override
  public CompletionStage<Void> settle(UUID lockToken, Settlement settlement) {
    return domain.done(
        this,
        work -> {
          Entry entry = locked(lockToken);
          switch (settlement) {
            case Settlement.Complete() -> {
              messages.shelf.unlock(entry);
              messages.remove(work, entry);
            }
            case Settlement.Release() -> messages.giveBack(work, entry, false);
            case Settlement.Abandon(var properties) -> {
              messages.change(entry, properties);
              messages.giveBack(work, entry, true);
            }
            case Settlement.Defer(var properties) -> {
              messages.change(entry, properties);
              messages.defer(work, entry);
            }
            case Settlement.DeadLetter(var reason, var description, var properties) -> {
              if (messages.areDead()) {
                throw new Refused(
                    Reason.NOT_ALLOWED, "A dead letter cannot be dead-lettered: " + address());
              }
              messages.change(entry, properties);
              messages.shelf.unlock(entry);
              messages.die(work, entry, reason, description);
            }
          }
        });
  }

  @Override
  public List<Instant> renewLocks(List<UUID> lockTokens) {
    return domain.now(
        this,
        work -> {
          List<Entry> entries = lockTokens.stream().map(this::locked).toList();
          long until = work.now + lockDuration.toMillis();
          if (messages.sessions == null) {
            entries.forEach(entry -> messages.shelf.renew(entry, until));
          }
          return entries.stream().map(this::lockedUntil).toList();
        });
  }

  @Override
  public CompletionStage<List<Delivery>> receiveDeferred(
      List<Long> sequenceNumbers, Mode mode, @Nullable String sessionId) {
    return domain.durably(
        this,
        work -> {
          Session session =
              messages.sessions == null ? null : messages.sessions.held(idOf(sessionId));
          List<Entry> entries =
              sequenceNumbers.stream().distinct().map(n -> deferred(n, session)).toList();
          return handout.hand(work, entries, mode, session);
        });
  }

  @Override
  public List<Delivery> peek(long from, int max, @Nullable String sessionId) {
    return domain.now(
        this,
        work -> {
          Stream<Delivery> present =
              messages.shelf.from(from, max, entry -> isOf(sessionId, entry)).stream()
                  .map(messages::delivery);
          Stream<Delivery> scheduled =
              arrivals == null ? Stream.of() : arrivals.peek(from, max, sessionId).stream();
          return Stream.concat(present, scheduled)
              .sorted(Comparator.comparingLong(Delivery::sequenceNumber))
              .limit(max)
              .toList();
        });
  }

  @Override
  public Instant renewSession(String sessionId) {
    return domain.now(this, work -> Instant.ofEpochMilli(sessions().renew(work, sessionId)));
  }

  @Override
  public Optional<byte[]> sessionState(String sessionId) {
    return domain.now(this, work -> Optional.ofNullable(sessions().state(sessionId)));
  }

  @Override
  public CompletionStage<Void> setSessionState(String sessionId, byte @Nullable [] state) {
    return domain.done(
        this,
        work -> {
          sessions().setState(work, sessionId, state);
        });
  }

  @Override
  public int activeMessages() {
    return domain.now(this, work -> messages.shelf.activeCount());
  }

  @Override
  public void pass(Work work) {
    if (arrivals != null) {
      arrivals.pass(work);
    }
    messages.pass(work);
  }

  @Override
  public void close(Work work) {
    if (messages.sessions != null) {
      messages.sessions.close(work);
    }
  }

  @Override
  public long nextDeadline() {
    long next = messages.nextDeadline();
    return arrivals == null ? next : Math.min(next, arrivals.nextDeadline());
  }

  void leave(Work work, LiveSessionReceiver receiver) {
    sessions().leave(work, receiver);
  }

  private Arrivals arrivals() {
    if (arrivals == null) {
      throw new Refused(
          Reason.NOT_ALLOWED, "Nothing can be sent to '" + address() + "', only received from it.");
    }
    return arrivals;
  }

  private Sessions sessions() {
    if (messages.sessions == null) {
      throw new Refused(
          Reason.NOT_ALLOWED, "The entity '" + address() + "' does not have sessions.");
    }
    return messages.sessions;
  }

  private Entry locked(UUID token) {
    Entry entry = messages.shelf.locked(token);
    if (entry != null) {
      return entry;
    }
    // The end of a session takes its locks along.
    throw messages.sessions == null
        ? new Refused(
            Reason.LOCK_LOST,
            "The lock supplied is invalid. Either it expired, or the message has already been"
                + " settled.")
        : new Refused(
            Reason.SESSION_LOCK_LOST,
            "The lock of the session has ended, or the message has already been settled.");
  }

  private Instant lockedUntil(Entry entry) {
    return Instant.ofEpochMilli(
        entry.session == null ? entry.lockedUntil : entry.session.lockedUntil);
  }

  private Entry deferred(long number, @Nullable Session session) {
    Entry entry = messages.shelf.find(number);
    if (entry == null || !entry.deferred || entry.token != null || entry.session != session) {
      throw new Refused(
          Reason.MESSAGE_NOT_FOUND,
          "There is no deferred message with the sequence number " + number + ".");
    }
    return entry;
  }

  private static boolean isOf(@Nullable String sessionId, Entry entry) {
    return sessionId == null || (entry.session != null && entry.session.id.equals(sessionId));
  }

  private static String idOf(@Nullable String sessionId) {
    if (sessionId == null) {
      throw new Refused(Reason.NOT_ALLOWED, "The id of the session is missing.");
    }
    return sessionId;
  }
}
