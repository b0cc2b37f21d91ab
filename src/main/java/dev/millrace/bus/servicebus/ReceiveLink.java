package dev.millrace.bus.servicebus;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

  /** Up to 8 s: an attempt costs little, and whoever waits for a broker wants to know. */
  private static final int DOUBLINGS = 5;

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Namespace namespace;
  private final Source source;
  private final Consumer<Held> sink;
  private final Vitals vitals;
  private final Future<?> watch;
  private volatile @Nullable Future<?> opening;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Attachment current;
  private boolean closed;
  private int wanted;
  private long lastNumber;

  /**
   * @param sink takes what arrives, without delay
   */
  public ReceiveLink(Namespace namespace, Source source, Consumer<Held> sink) {
    this.namespace = namespace;
    this.source = source;
    this.sink = sink;
    this.vitals = new Vitals(namespace.lock());
    long beat = vitals.beat().toNanos();
    this.watch =
        namespace.timer().scheduleWithFixedDelay(this::watch, beat, beat, TimeUnit.NANOSECONDS);
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
      replace(this, BusFaults.why(source.name(), fault));
    }

    @Override
    protected void hookOnComplete() {
      replace(this, "the broker has closed the link");
    }

    void discard() {
      cancel();
      client.close();
    }
  }

  Source source() {
    return source;
  }

  Namespace namespace() {
    return namespace;
  }

  Vitals vitals() {
    return vitals;
  }

  boolean isOpen() {
    lock.lock();
    try {
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Attachment current() {
    lock.lock();
    try {
      return current;
    } finally {
      lock.unlock();
    }
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

  /** Passes on what is wanted, when it is worth a frame: always, where nothing is asked for. */
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
      more = target - attachment.asked;
      if (more <= 0 || attachment.asked * 2 > target) {
        return;
      }
      attachment.asked = target;
    } finally {
      lock.unlock();
    }
    attachment.request(more);
  }

  private void arrived(Attachment attachment, ServiceBusReceivedMessage message) {
    vitals.arrived();
    lock.lock();
    try {
      lastNumber = Math.max(lastNumber, message.getSequenceNumber());
      attachment.asked--;
      wanted--;
    } finally {
      lock.unlock();
    }
    sink.accept(new Held(this, message));
    request();
  }

  /** Does something with the client as it is now; an error when there is none. */
  <T> Mono<T> with(Function<ServiceBusReceiverAsyncClient, Mono<T>> call) {
    Attachment attachment = current();
    return attachment == null
        ? Mono.error(new IllegalStateException("the connection is being made again"))
        : call.apply(attachment.client).doOnSuccess(done -> vitals.alive());
  }

  /** The first message behind the last one received, without taking it. */
  Mono<ServiceBusReceivedMessage> peek() {
    return with(client -> client.peekMessage(lastNumber + 1));
  }

  private void watch() {
    Attachment attachment = current();
    if (attachment == null || !vitals.quiet()) {
      return;
    }
    if (vitals.silent()) {
      replace(attachment, "no sign of life from the broker");
    } else if (!attachment.probing) {
      attachment.probing = true;
      peek()
          .timeout(vitals.beat().multipliedBy(2))
          .doFinally(end -> attachment.probing = false)
          .subscribe(waiting -> waits(attachment, waiting), this::answered);
    }
  }

  /** A refusal is a sign of life too. */
  private void answered(Throwable fault) {
    if (BusFaults.busy(fault) || BusFaults.impossible(source.name(), fault).isPresent()) {
      vitals.alive();
    }
  }

  private void waits(Attachment attachment, ServiceBusReceivedMessage waiting) {
    boolean due = waiting.getState() == ServiceBusMessageState.ACTIVE;
    lock.lock();
    try {
      due &= attachment.asked > 0;
    } finally {
      lock.unlock();
    }
    if (due && vitals.stalled()) {
      replace(attachment, "a message waits and does not come");
    }
  }

  private void replace(Attachment dead, String why) {
    lock.lock();
    try {
      if (current != dead || closed) {
        return;
      }
      current = null;
    } finally {
      lock.unlock();
    }
    int failures = vitals.failed();
    log.atWarn()
        .addKeyValue("source", source.name())
        .addKeyValue("why", why)
        .addKeyValue("attempt", failures + 1)
        .log("receiving begins again over another connection");
    aside("close", dead::discard);
    Duration backOff = FIRST_BACK_OFF.multipliedBy(1L << Math.min(DOUBLINGS, failures));
    long jittered = (long) (backOff.toNanos() * (0.5 + namespace.random().nextDouble()));
    opening = namespace.later(() -> aside("open", this::attach), Duration.ofNanos(jittered));
  }

  private void attach() {
    Attachment attachment = new Attachment(source.client(namespace.connect()));
    lock.lock();
    try {
      if (closed) {
        return;
      }
      current = attachment;
    } finally {
      lock.unlock();
    }
    vitals.begin();
    attachment.client.receiveMessages().subscribe(attachment);
    request();
  }

  /** Away from the timer: the library may block. */
  private Thread aside(String what, Runnable task) {
    return Thread.ofVirtual().name("bus-" + what + "-" + source.name()).start(task);
  }

  /** Takes nothing more. What has been received can still be renewed and settled. */
  public void stop() {
    Attachment attachment = current();
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
    } finally {
      lock.unlock();
    }
    vitals.end();
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
