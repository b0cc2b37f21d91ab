package dev.millrace.bus.servicebus;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through what the broker has set aside from a queue. Those that stay are kept under their
 * locks meanwhile, so that the others come; when the first of them come again, because there are
 * more than a lock lasts for, the next sweep goes on behind the last that was shown.
 */
final class DeadLetters {
  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);
  private static final int AT_ONCE = 20;

  /** So many are given back at the end; the locks of others run out by themselves. */
  private static final int MOST_HELD = 200;

  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration NEXT = Duration.ofSeconds(1);

  private final Namespace namespace;

  /** The last that was shown, by entity, where the end was not reached. */
  private final Map<String, Long> shown = new ConcurrentHashMap<>();

  DeadLetters(Namespace namespace) {
    this.namespace = namespace;
  }

  /** Shows each message to the handler once, if need be in several sweeps. */
  void sweep(String entity, Function<Delivery.Received, Verdict> handler) {
    var source = new Source.DeadLettersOf(entity);
    var arrivals = new LinkedBlockingQueue<Held>();
    try (var link = new ReceiveLink(namespace, source, arrivals::add)) {
      if (holdsAny(link)) {
        sweep(entity, link, arrivals, handler);
      }
    }
  }

  private static boolean holdsAny(ReceiveLink link) {
    try {
      return link.peek().blockOptional(ANSWER).isPresent();
    } catch (RuntimeException fault) {
      throw BusFaults.unavailable("look into", link.source().name(), fault);
    }
  }

  private void sweep(
      String entity,
      ReceiveLink link,
      BlockingQueue<Held> arrivals,
      Function<Delivery.Received, Verdict> handler) {
    long from = shown.getOrDefault(entity, 0L);
    long last = from;
    var seen = new HashSet<Long>();
    var staying = new ArrayDeque<Held>();
    try {
      link.ask(AT_ONCE);
      var held = poll(arrivals, FIRST);
      while (held != null && seen.add(held.message().getSequenceNumber())) {
        long number = held.message().getSequenceNumber();
        if (number > from
            && handler.apply(Wire.received(entity, held.message())) instanceof Verdict.Done done) {
          held.settle(done);
        } else {
          keep(held, staying);
        }
        last = Math.max(last, number);
        link.ask(1);
        held = poll(arrivals, NEXT);
      }
      goOnBehind(entity, held == null || last == from ? 0 : last);
    } finally {
      link.stop();
      staying.forEach(held -> held.settle(new Verdict.LetGo(Duration.ZERO)));
    }
  }

  private static void keep(Held held, Deque<Held> staying) {
    held.forget();
    staying.add(held);
    if (staying.size() > MOST_HELD) {
      staying.remove();
    }
  }

  private void goOnBehind(String entity, long number) {
    if (number == 0) {
      shown.remove(entity);
    } else {
      shown.put(entity, number);
      log.atWarn()
          .addKeyValue("queue", entity)
          .addKeyValue("last", number)
          .log("many dead letters that somebody has to look at; the next sweep goes on behind");
    }
  }

  private static @Nullable Held poll(BlockingQueue<Held> arrivals, Duration limit) {
    try {
      return arrivals.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
