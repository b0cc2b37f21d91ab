package dev.millrace.bus.servicebus;

import dev.millrace.bus.ResultFeed;
import dev.millrace.bus.ResultMessage;
import dev.millrace.bus.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Results from subscriptions of one topic. */
public final class ServiceBusResultFeed implements ResultFeed {
  private static final Logger log = LoggerFactory.getLogger(ServiceBusResultFeed.class);
  private static final int AT_ONCE = 100;

  /** Before what a reader would not take is given back, so that it does not come round at once. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Namespace namespace;
  private final String topic;

  public ServiceBusResultFeed(Namespace namespace, String topic) {
    this.namespace = namespace;
    this.topic = topic;
  }

  @Override
  public Following follow(String subscription, Consumer<List<ResultMessage>> reader) {
    return new Reading(new Source.Subscription(topic, subscription), reader);
  }

  private final class Reading implements Following {
    private final LinkedBlockingQueue<Held> arrivals = new LinkedBlockingQueue<>();
    private final Consumer<List<ResultMessage>> reader;
    private final ReceiveLink link;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);

    Reading(Source source, Consumer<List<ResultMessage>> reader) {
      this.reader = reader;
      link = new ReceiveLink(namespace, source, arrivals::add);
      link.ask(AT_ONCE);
      thread = Thread.ofVirtual().name("feed-" + source.name()).start(this::run);
    }

    private void run() {
      var some = new ArrayList<Held>();
      try {
        while (closing.getCount() > 0) {
          var first = arrivals.poll(1, TimeUnit.SECONDS);
          if (first != null) {
            some.add(first);
            arrivals.drainTo(some, AT_ONCE - 1);
            hand(some);
            link.ask(some.size());
            some.clear();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      arrivals.drainTo(some);
      settle(some, new Verdict.LetGo(Duration.ZERO));
    }

    private void hand(List<Held> some) throws InterruptedException {
      try {
        reader.accept(some.stream().map(held -> Wire.result(held.message())).toList());
        settle(some, new Verdict.Done());
      } catch (RuntimeException fault) {
        log.atWarn()
            .setCause(fault)
            .addKeyValue("source", link.source().name())
            .log("results not taken; they come again");
        boolean over = closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        log.atDebug().addKeyValue("closing", over).log("given back");
        settle(some, new Verdict.LetGo(Duration.ZERO));
      }
    }

    private static void settle(List<Held> some, Verdict verdict) {
      var settling =
          some.stream().map(held -> Thread.ofVirtual().start(() -> held.settle(verdict))).toList();
      for (Thread each : settling) {
        try {
          each.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public void close() {
      closing.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      link.close();
    }
  }
}
