package dev.millrace.bus.servicebus;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * Receives from one source over a connection of its own, never more than it was asked for, and goes
 * on whatever happens to the connection: one that breaks, or that gives no sign of life, is given
 * up for another. What was received before stays with its holder, and is renewed and settled over
 * the new one. Safe for use by many threads.
 */
public final class ReceiveLink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReceiveLink.class);

  /** The library's buffer for what arrives holds 256; what overflows it breaks the link. */
  private static final int MOST_AT_ONCE = 200;

  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(250);
  private static final int DOUBLINGS = 7;
  private static final int LONGEST_STALL = 32;
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Namespace namespace;
  private final Source source;
  private final Duration lockDuration;
  private final Consumer<Held> sink;
  private final Future<?> watch;
  private volatile @Nullable Future<?> opening;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sign = lock.newCondition();
  private @Nullable Attachment current;
  private boolean closed;
  private int wanted;
  private int failures;
  private long signs;
  private long lastSign = System.nanoTime();
  private long lastArrival = System.nanoTime();
  private long lastNumber;
  private int stall = 2;

  /**
   * @param sink takes what arrives, without delay
   */
  public ReceiveLink(Namespace namespace, Source source, Consumer<Held> sink) {
    this.namespace = namespace;
    this.source = source;
    this.lockDuration = namespace.lock();
    this.sink = sink;
    long period = lockDuration.toNanos() / 3;
    this.watch =
        namespace.timer().scheduleWithFixedDelay(this::watch, period, period, TimeUnit.NANOSECONDS);
    attach();
  }

  /** One client with its connection, for as long as it works. */
  private final class Attachment extends BaseSubscriber<ServiceBusReceivedMessage> {
    private final ServiceBusReceiverAsyncClient client;
    private int asked;
    private volatile boolean probing;

    Attachment(ServiceBusReceiverAsyncClient client) {
      this.client = client;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      // asked for as it is wanted
    }

    @Override
    protected void hookOnNext(ServiceBusReceivedMessage message) {
      arrived(this, message);
    }

    @Override
    protected void hookOnError(Throwable fault) {
      log.atWarn()
          .addKeyValue("source", source.name())
          .addKeyValue("why", BusFaults.why(source.name(), fault))
          .log("receiving broke off; it begins again");
      replace(this);
    }

    @Override
    protected void hookOnComplete() {
      replace(this);
    }

    void discard() {
      cancel();
      client.close();
    }
  }

  public Source source() {
    return source;
  }

  Namespace namespace() {
    return namespace;
  }

  /** Asks for so many more messages than have been asked for so far. */
  public void ask(int more) {
    lock.lock();
    try {
      wanted += more;
    } finally {
      lock.unlock();
    }
    request();
  }

  /**
   * Passes on what is wanted: at once where nothing is asked for, else when it is worth a frame.
   */
  private void request() {
    Attachment attachment;
    int more;
    lock.lock();
    try {
      attachment = current;
      if (attachment == null || closed) {
        return;
      }
      int target = Math.min(wanted, MOST_AT_ONCE);
      if (attachment.asked * 2 > target || attachment.asked == target) {
        return;
      }
      more = target - attachment.asked;
      attachment.asked = target;
    } finally {
      lock.unlock();
    }
    attachment.request(more);
  }

  private void arrived(Attachment attachment, ServiceBusReceivedMessage message) {
    lock.lock();
    try {
      lastArrival = System.nanoTime();
      lastNumber = Math.max(lastNumber, message.getSequenceNumber());
      stall = 2;
      attachment.asked--;
      wanted--;
      alive();
    } finally {
      lock.unlock();
    }
    sink.accept(new Held(this, message));
    request();
  }

  /** Anything that only a living connection brings. */
  private void alive() {
    lock.lock();
    try {
      lastSign = System.nanoTime();
      signs++;
      failures = 0;
      sign.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How many signs of life there have been. */
  long signs() {
    lock.lock();
    try {
      return signs;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a sign of life beyond so many; false when there is none in time. */
  boolean awaitSign(long beyond, Duration limit) {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (signs <= beyond && left > 0 && !closed) {
        left = sign.awaitNanos(left);
      }
      return signs > beyond;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Does something with the client as it is now; an error when there is none. */
  <T> Mono<T> with(Function<ServiceBusReceiverAsyncClient, Mono<T>> call) {
    Attachment attachment;
    lock.lock();
    try {
      attachment = current;
    } finally {
      lock.unlock();
    }
    return attachment == null
        ? Mono.error(new IllegalStateException("the connection is being made again"))
        : call.apply(attachment.client).doOnSuccess(done -> alive());
  }

  /** The first message behind the last one received, without taking it. */
  Mono<ServiceBusReceivedMessage> peek() {
    return with(client -> client.peekMessage(lastNumber + 1));
  }

  // The watchdog.

  private void watch() {
    Attachment attachment;
    boolean silent;
    lock.lock();
    try {
      attachment = current;
      long now = System.nanoTime();
      if (attachment == null || closed || now - lastArrival < lockDuration.toNanos()) {
        return;
      }
      silent = now - lastSign > 2 * lockDuration.toNanos();
      if (!silent) {
        if (attachment.probing) {
          return;
        }
        attachment.probing = true;
      }
    } finally {
      lock.unlock();
    }
    if (silent) {
      log.atWarn()
          .addKeyValue("source", source.name())
          .log("no sign of life from the broker; the connection is made again");
      replace(attachment);
    } else {
      probe(attachment);
    }
  }

  private void probe(Attachment attachment) {
    peek()
        .timeout(lockDuration)
        .doFinally(end -> attachment.probing = false)
        .subscribe(waiting -> waits(attachment, waiting), this::answered);
  }

  /** A refusal is a sign of life too. */
  private void answered(Throwable fault) {
    if (BusFaults.busy(fault) || BusFaults.impossible(source.name(), fault).isPresent()) {
      alive();
    }
  }

  /**
   * A message lies there and does not come: another worker may have it, or the link is dead though
   * its connection lives. Nobody can tell, so the link is made again, ever more rarely.
   */
  private void waits(Attachment attachment, ServiceBusReceivedMessage waiting) {
    lock.lock();
    try {
      long patience = stall * lockDuration.toNanos();
      if (attachment.asked == 0
          || waiting.getState() != ServiceBusMessageState.ACTIVE
          || System.nanoTime() - lastArrival < patience) {
        return;
      }
      stall = Math.min(LONGEST_STALL, stall * 2);
      lastArrival = System.nanoTime();
    } finally {
      lock.unlock();
    }
    log.atInfo()
        .addKeyValue("source", source.name())
        .log("a message waits and does not come; the link is made again");
    replace(attachment);
  }

  // Making it anew.

  private void replace(Attachment dead) {
    long delay;
    lock.lock();
    try {
      if (current != dead || closed) {
        return;
      }
      current = null;
      lastSign = System.nanoTime();
      delay = FIRST_BACK_OFF.multipliedBy(1L << Math.min(DOUBLINGS, failures)).toMillis();
      failures++;
    } finally {
      lock.unlock();
    }
    aside("close", dead::discard);
    long jittered = (long) (delay * (0.5 + namespace.random().nextDouble()));
    opening = namespace.later(() -> aside("open", this::attach), Duration.ofMillis(jittered));
  }

  private void attach() {
    Attachment attachment = new Attachment(source.client(namespace.connect()));
    lock.lock();
    try {
      if (closed) {
        return;
      }
      current = attachment;
      lastSign = System.nanoTime();
    } finally {
      lock.unlock();
    }
    attachment.client.receiveMessages().subscribe(attachment);
    request();
  }

  /** Away from the timer: the library may block. */
  private Thread aside(String what, Runnable task) {
    return Thread.ofVirtual().name("bus-" + what + "-" + source.name()).start(task);
  }

  /** Takes nothing more. What has been received can still be renewed and settled. */
  public void stop() {
    Attachment attachment;
    lock.lock();
    try {
      attachment = current;
    } finally {
      lock.unlock();
    }
    if (attachment != null) {
      attachment.cancel();
    }
  }

  @Override
  public void close() {
    Attachment last;
    lock.lock();
    try {
      closed = true;
      last = current;
      current = null;
      sign.signalAll();
    } finally {
      lock.unlock();
    }
    watch.cancel(false);
    if (opening != null) {
      opening.cancel(false);
    }
    if (last != null) {
      try {
        aside("close", last::discard).join(CLOSING);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
