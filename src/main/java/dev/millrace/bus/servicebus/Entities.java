package dev.millrace.bus.servicebus;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import dev.millrace.bus.Queues;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;

/**
 * Looks, when a process starts, whether the queues and the topic can be used. Their properties
 * cannot be read with the rights to send and receive, so each way is opened once.
 */
public final class Entities {
  private static final Logger log = LoggerFactory.getLogger(Entities.class);
  private static final String QUEUES = "millrace.queues (MILLRACE_QUEUES)";
  private static final String TOPIC = "millrace.bus.topic (MILLRACE_BUS_TOPIC)";
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** A refusal of the link follows the answer of the same connection within this, or never. */
  private static final Duration REFUSAL = Duration.ofMillis(500);

  private final Namespace namespace;

  public Entities(Namespace namespace) {
    this.namespace = namespace;
  }

  /** Opens the way to an entity, if it is not open, and fails if that cannot be done now. */
  public void reach(String entity) {
    namespace.senders().open(entity);
  }

  /**
   * What a person has to mend before anything can work, each a sentence with the entity and the
   * setting. A namespace that does not answer is no reason: it is waited for.
   */
  public List<String> faults(Queues queues, String topic) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var checks = new ArrayList<Callable<Optional<String>>>();
      for (var queue : queues.queues()) {
        checks.add(() -> receive(queue.name()));
        checks.add(() -> send(QUEUES, queue.name()));
      }
      checks.add(() -> send(TOPIC, topic));
      return threads.invokeAll(checks).stream()
          .map(Future::resultNow)
          .flatMap(Optional::stream)
          .distinct()
          .toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private Optional<String> send(String setting, String entity) {
    try {
      namespace.senders().open(entity);
      return Optional.empty();
    } catch (RuntimeException fault) {
      return sentence(setting, entity, fault);
    }
  }

  private Optional<String> receive(String queue) {
    var client = new Source.Queue(queue).client(namespace.connect());
    var link = new Refusal();
    try {
      client.receiveMessages().subscribe(link);
      client.peekMessage(0).blockOptional(ANSWER);
      link.refused.get(REFUSAL.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      return sentence(QUEUES, queue, Objects.requireNonNull(e.getCause()));
    } catch (RuntimeException fault) {
      return sentence(QUEUES, queue, fault);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      link.cancel();
      close(client);
    }
  }

  private static void close(ServiceBusReceiverAsyncClient client) {
    Thread.ofVirtual().name("bus-close").start(client::close);
  }

  private static Optional<String> sentence(String setting, String entity, Throwable fault) {
    Optional<String> why =
        BusFaults.wantsSessions(fault)
            ? Optional.of(
                entity
                    + " requires sessions, and jobs are taken without: make it anew without"
                    + " sessions, or name another queue")
            : BusFaults.impossible(entity, fault);
    if (why.isEmpty()) {
      log.atWarn()
          .addKeyValue("entity", entity)
          .addKeyValue("why", BusFaults.why(entity, fault))
          .log("not reached yet; tried again all the time");
    }
    return why.map(reason -> "%s names %s, but %s.".formatted(setting, entity, reason));
  }

  /** Attaches and asks for nothing. */
  private static final class Refusal extends BaseSubscriber<ServiceBusReceivedMessage> {
    final CompletableFuture<Void> refused = new CompletableFuture<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      // nothing is asked for
    }

    @Override
    protected void hookOnError(Throwable fault) {
      refused.completeExceptionally(fault);
    }
  }
}
