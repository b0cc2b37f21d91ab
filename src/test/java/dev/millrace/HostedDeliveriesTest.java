package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import dev.millrace.artifact.Rejected;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Peek;
import dev.millrace.bus.Queues;
import dev.millrace.bus.TestBus;
import dev.millrace.bus.servicebus.ServiceBusPeek;
import dev.millrace.function.Deliveries;
import dev.millrace.function.FunctionSettings;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Message;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.model.LanguageModel;
import dev.millrace.storage.Storage;
import dev.millrace.storage.disk.DiskStorage;
import dev.millrace.tool.Tool;
import dev.millrace.worker.Patience;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A message whose lock belongs to a host: taken, handed over, settled by whether the call returns.
 */
class HostedDeliveriesTest {
  private static final Queues QUEUES = TestBus.queues("jobs");
  private static final Duration LOCK = Duration.ofSeconds(20);
  private static final Duration SHORT_LOCK = Duration.ofSeconds(1);
  private static final JobRef JOB = new JobRef("default", JobId.ofMessage("default", "jobs", "m"));

  /** So long that a function that may take some minutes gives everything back at once. */
  private static final Patience NO_TIME =
      new Patience(LOCK, Duration.ofMinutes(10), Duration.ofMinutes(5), Duration.ofSeconds(1));

  @TempDir Path folder;
  private final AtomicInteger asked = new AtomicInteger();
  private TestBus bus;
  private Storage storage;
  private ServiceBusReceiverClient host;

  @BeforeEach
  void start() {
    bus = TestBus.of(folder.resolve("bus"), "jobs", "replies");
    storage = DiskStorage.open(folder.resolve("data"), InstantSource.system());
    host =
        bus.closing(
            new ServiceBusClientBuilder()
                .connectionString(bus.connectionString())
                .receiver()
                .queueName("jobs")
                .buildClient());
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
    storage.close();
  }

  @Test
  void what_its_sender_said_arrives_though_the_host_hands_over_a_number_only() {
    bus.send(
        "jobs",
        message("m").setCorrelationId("order-77").setReplyTo("replies").setReplyToSessionId("s"));

    serve(deliveries(storage, peek(), TestMill.PATIENCE));

    var reply = bus.take("replies", 1).getFirst();
    assertThat(reply.getMessageId()).isEqualTo(JOB.id() + "/result");
    assertThat(reply.getCorrelationId()).isEqualTo("order-77");
    assertThat(reply.getSessionId()).isEqualTo("s");
    assertThat(bus.lying("jobs")).isEmpty();
  }

  @Test
  void a_job_is_not_claimed_late_but_sent_again() {
    Peek peek = peek();
    Peek slow =
        (entity, number) -> {
          passHalfALock();
          return peek.at(entity, number);
        };
    bus.send("jobs", message("m"));

    serve(deliveries(storage, slow, TestMill.PATIENCE, SHORT_LOCK));

    assertThat(log().state().attempts().epoch()).isZero();
    assertThat(asked).hasValue(0);
    assertThat(bus.lying("jobs")).hasSize(1);
    serve(deliveries(storage, peek, TestMill.PATIENCE));
    assertThat(bus.takeResults("all", 1)).hasSize(1);
    assertThat(bus.lying("jobs")).isEmpty();
  }

  @Test
  void nor_is_it_when_the_store_takes_too_long_to_say_what_it_is() {
    bus.send("jobs", message("m"));

    serve(deliveries(slow(storage), peek(), TestMill.PATIENCE, SHORT_LOCK));

    assertThat(log().state().attempts().epoch()).isZero();
    assertThat(asked).hasValue(0);
    assertThat(bus.lying("jobs")).hasSize(1);
  }

  @Test
  void before_its_time_is_over_it_releases_what_runs_and_sends_it_on() {
    bus.send("jobs", message("m"));

    serve(deliveries(storage, peek(), NO_TIME));

    assertThat(log().state().attempts().standing()).isEmpty();
    assertThat(log().state().attempts().epoch()).isEqualTo(1);
    serve(deliveries(storage, peek(), TestMill.PATIENCE));
    var result = bus.takeResults("all", 1).getFirst();
    assertThat(result.getApplicationProperties()).containsEntry("status", "succeeded");
    assertThat(asked).hasValue(1);
    assertThat(log().state().attempts().needsSolitude()).isFalse();
    assertThat(bus.lying("jobs")).isEmpty();
  }

  @Test
  void when_the_host_stops_nothing_new_is_claimed_and_the_message_is_sent_on() {
    var stopping = deliveries(storage, peek(), TestMill.PATIENCE);
    stopping.close();
    bus.send("jobs", message("m"));

    serve(stopping);

    assertThat(asked).hasValue(0);
    serve(deliveries(storage, peek(), TestMill.PATIENCE));
    assertThat(bus.takeResults("all", 1)).hasSize(1);
  }

  @Test
  void a_message_that_nothing_else_keeps_is_given_back() {
    var away =
        (Storage)
            Proxy.newProxyInstance(
                Storage.class.getClassLoader(),
                new Class<?>[] {Storage.class},
                (proxy, method, arguments) -> {
                  throw new Unavailable("the storage is away");
                });
    bus.send("jobs", message("m"));

    assertThatThrownBy(() -> serve(deliveries(away, peek(), TestMill.PATIENCE, SHORT_LOCK)))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("has to come again");

    serve(deliveries(storage, peek(), TestMill.PATIENCE));
    assertThat(bus.takeResults("all", 1)).hasSize(1);
  }

  @Test
  void two_deliveries_of_one_message_run_the_job_once() {
    bus.send("jobs", message("m"), message("m"));

    serve(deliveries(storage, peek(), TestMill.PATIENCE));
    serve(deliveries(storage, peek(), TestMill.PATIENCE));

    assertThat(asked).hasValue(1);
    assertThat(bus.takeResults("all", 1)).hasSize(1);
  }

  /** Answers late, but for those who ask again. */
  private static Storage slow(Storage storage) {
    var first = new AtomicBoolean(true);
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              if (first.compareAndSet(true, false)) {
                passHalfALock();
              }
              return method.invoke(storage, arguments);
            });
  }

  /** As the host does: settled when the call returns, given back when it throws. */
  private void serve(Deliveries deliveries) {
    ServiceBusReceivedMessage message =
        host.receiveMessages(1, Duration.ofSeconds(30)).stream().findFirst().orElseThrow();
    try {
      deliveries.take("jobs", message.getSequenceNumber());
    } catch (RuntimeException e) {
      host.abandon(message);
      throw e;
    }
    host.complete(message);
  }

  private Peek peek() {
    return bus.closing(new ServiceBusPeek(bus.namespace()));
  }

  private Deliveries deliveries(Storage storage, Peek peek, Patience patience) {
    return deliveries(storage, peek, patience, LOCK);
  }

  private Deliveries deliveries(Storage storage, Peek peek, Patience patience, Duration lock) {
    var mill =
        bus.closing(
            new TestMill(
                "w",
                bus.namespace(),
                storage,
                QUEUES,
                new Model(),
                new Nothing(),
                TestMill.LIMITS,
                patience));
    return new Deliveries(
        peek,
        mill.worker,
        mill.sweeper,
        new Rejected(storage),
        Json.MAPPER,
        new BusSettings(null, null, "results", lock, Duration.ZERO, 0, TestMill.LIMITS),
        new FunctionSettings(Duration.ofMinutes(7)),
        patience);
  }

  private JobLog log() {
    return new Journal(storage, Json.MAPPER, InstantSource.system(), () -> "mark").job(JOB);
  }

  private static ServiceBusMessage message(String id) {
    return new ServiceBusMessage("{\"message\": \"hello\"}").setMessageId(id);
  }

  private static void passHalfALock() {
    try {
      boolean never =
          new CountDownLatch(1)
              .await(SHORT_LOCK.dividedBy(2).toMillis() + 1, TimeUnit.MILLISECONDS);
      assertThat(never).isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Model implements LanguageModel {
    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      asked.incrementAndGet();
      return new Reply.Answer(Message.assistant("done", List.of()), new Usage(1, 1), null);
    }
  }

  private static final class Nothing implements Tool {
    @Override
    public String name() {
      return "nothing";
    }

    @Override
    public String description() {
      return "does nothing";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of();
    }

    @Override
    public dev.millrace.job.ToolOutcome call(
        Map<String, Object> arguments, dev.millrace.tool.ToolContext context) {
      return dev.millrace.job.ToolOutcome.of("");
    }
  }
}
