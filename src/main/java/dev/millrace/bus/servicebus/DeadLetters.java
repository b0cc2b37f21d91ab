package dev.millrace.bus.servicebus;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes through what the broker has set aside from a queue. */
final class DeadLetters {
  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);
  private static final int AT_ONCE = 20;

  /** Those that stay are held meanwhile, so that the others come. */
  private static final int MOST_HELD = 1000;

  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration NEXT = Duration.ofSeconds(1);

  private final Namespace namespace;

  DeadLetters(Namespace namespace) {
    this.namespace = namespace;
  }

  /** Shows each message to the handler once. */
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
    var seen = new HashSet<Long>();
    var staying = new ArrayList<Held>();
    try {
      link.ask(AT_ONCE);
      var held = poll(arrivals, FIRST);
      while (held != null && seen.add(held.message().getSequenceNumber())) {
        if (handler.apply(Wire.received(entity, held.message())) instanceof Verdict.Done done) {
          held.settle(done);
        } else {
          held.forget();
          staying.add(held);
        }
        if (staying.size() >= MOST_HELD) {
          log.atError()
              .addKeyValue("source", link.source().name())
              .log("full of messages that somebody has to look at; what lies behind is not seen");
          break;
        }
        link.ask(1);
        held = poll(arrivals, NEXT);
      }
    } finally {
      link.stop();
      staying.forEach(held -> held.settle(new Verdict.LetGo(Duration.ZERO)));
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
