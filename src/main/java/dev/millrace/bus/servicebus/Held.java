package dev.millrace.bus.servicebus;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import dev.millrace.bus.Verdict;
import dev.millrace.job.Unavailable;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * One message under its lock, from its arrival to its settlement. The lock is renewed after each
 * third of its duration; what fails is tried again until it is too late.
 */
public final class Held {
  private static final Logger log = LoggerFactory.getLogger(Held.class);
  private static final int ATTEMPTS = 3;
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(15);

  private final ReceiveLink link;
  private final ServiceBusReceivedMessage message;
  private final Duration lock;
  private volatile Runnable onLost = () -> {};
  private volatile long until;
  private volatile boolean lost;
  private volatile boolean over;
  private volatile @Nullable Future<?> next;

  Held(ReceiveLink link, ServiceBusReceivedMessage message) {
    this.link = link;
    this.message = message;
    this.lock = shorter(link.namespace().lock(), message);
    this.until = System.nanoTime() + this.lock.toNanos();
    soon(3);
  }

  /**
   * Both times are the broker's, and it locks no message before it has it: so between them lies the
   * duration of a lock, or more. Clocks of ours would tell nothing.
   */
  private static Duration shorter(Duration lock, ServiceBusReceivedMessage message) {
    if (message.getLockedUntil() == null || message.getEnqueuedTime() == null) {
      return lock;
    }
    var seen = Duration.between(message.getEnqueuedTime(), message.getLockedUntil());
    return seen.isPositive() ? shorter(seen, lock) : lock;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Calls somebody when the lock is gone; twice, if need be. */
  public void whenLost(Runnable call) {
    onLost = call;
    if (lost) {
      call.run();
    }
  }

  public ServiceBusReceivedMessage message() {
    return message;
  }

  /** Whether the lock is held, as far as is known without asking. */
  public boolean locked() {
    return !lost && System.nanoTime() - until < 0;
  }

  private void soon(int part) {
    if (!over && !lost) {
      next = link.namespace().later(this::keep, lock.dividedBy(part));
    }
  }

  private void keep() {
    if (over || lost) {
      return;
    }
    if (!locked()) {
      lose();
      return;
    }
    renewal().subscribe(answer -> soon(3), fault -> soon(9));
  }

  private Mono<?> renewal() {
    long asked = System.nanoTime();
    return link.with(client -> client.renewMessageLock(message))
        .timeout(shorter(lock.dividedBy(2), LONGEST_ANSWER))
        .doOnNext(answer -> until = asked + lock.toNanos())
        .doOnError(BusFaults::lockLost, fault -> lose());
  }

  private void lose() {
    lost = true;
    stopRenewing();
    onLost.run();
  }

  /**
   * Makes sure of the lock. False when it is gone for good.
   *
   * @throws Unavailable when the broker does not answer
   */
  public boolean renew() {
    if (!locked()) {
      return false;
    }
    try {
      renewal().block();
      return !lost;
    } catch (RuntimeException fault) {
      if (lost) {
        return false;
      }
      throw BusFaults.unavailable("renew the lock of a message of", link.source().name(), fault);
    }
  }

  /**
   * Settles the message and keeps it no longer. Where that does not work the message comes again
   * when its lock has run out, which nobody has to be told.
   */
  public void settle(Verdict verdict) {
    try {
      for (int attempt = 1; attempt <= ATTEMPTS && locked() && link.isOpen(); attempt++) {
        long signs = link.vitals().signs();
        if (settled(verdict, attempt)) {
          return;
        }
        link.vitals().awaitSign(signs, Duration.ofNanos(Math.max(0, until - System.nanoTime())));
      }
    } finally {
      forget();
    }
  }

  /** Asks for one more message from where this one came. */
  public void askForAnother() {
    link.ask(1);
  }

  /** Keeps the lock no longer; it runs out by itself. */
  public void forget() {
    over = true;
    stopRenewing();
  }

  private void stopRenewing() {
    Future<?> last = next;
    if (last != null) {
      last.cancel(false);
    }
  }

  private boolean settled(Verdict verdict, int attempt) {
    try {
      link.with(client -> settlement(client, verdict)).timeout(LONGEST_ANSWER).block();
      return true;
    } catch (RuntimeException fault) {
      if (BusFaults.lockLost(fault)) {
        lose();
      }
      log.atInfo()
          .addKeyValue("source", link.source().name())
          .addKeyValue("message", message.getSequenceNumber())
          .addKeyValue("attempt", attempt)
          .addKeyValue("why", BusFaults.why(link.source().name(), fault))
          .log("message not settled; if it cannot be, it comes again");
      return lost;
    }
  }

  private Mono<Void> settlement(ServiceBusReceiverAsyncClient client, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Done() -> client.complete(message);
      case Verdict.DeadLetter(String reason, String description) ->
          client.deadLetter(
              message,
              new DeadLetterOptions()
                  .setDeadLetterReason(reason)
                  .setDeadLetterErrorDescription(description));
      case Verdict.LetGo(Duration pause) -> client.abandon(message);
      case Verdict.Alone() -> throw new IllegalArgumentException("not a settlement");
    };
  }
}
