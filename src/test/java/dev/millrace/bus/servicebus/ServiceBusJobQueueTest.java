package dev.millrace.bus.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.millrace.Eventually;
import dev.millrace.Golden;
import dev.millrace.Json;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.TestBus;
import dev.millrace.bus.Verdict;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue on the real SDK, against a broker in this process. */
class ServiceBusJobQueueTest {
  private static final JobRef JOB =
      new JobRef("default", new JobId("17a3ed0c1c770c20eadd07d9c9d28386"));

  @TempDir Path folder;
  private TestBus bus;
  private JobQueue queue;

  @BeforeEach
  void start() {
    var expiring = Receiving.DEFAULT.withDeadLetterOnExpiration(true);
    bus = TestBus.of(folder, TestBus.queue("jobs"), TestBus.queue("expiring", expiring));
    queue = new ServiceBusJobQueue(bus.namespace(), Json.MAPPER);
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
  }

  @Test
  void a_pointer_that_was_sent_lies_in_the_queue() {
    queue.send("jobs", Pointer.first(JOB).traced("00-1-2-01"));

    var message = bus.take("jobs", 1).getFirst();
    assertThat(message.getBody()).hasToString(Golden.json("pointer.json"));
    assertThat(message.getMessageId()).isEqualTo(JOB.id().value());
    assertThat(message.getSubject()).isEqualTo("job.pointer");
    assertThat(message.getContentType()).isEqualTo("application/json");
    assertThat(message.getApplicationProperties()).containsEntry("traceparent", "00-1-2-01");
  }

  @Test
  void a_scheduled_pointer_comes_when_it_is_time_and_says_so() {
    var time = InstantSource.system().instant().plus(Duration.ofSeconds(2));

    queue.schedule("jobs", Pointer.again(JOB, "r"), time);

    var message = bus.take("jobs", 1).getFirst();
    assertThat(message.getMessageId()).isEqualTo(JOB.id() + "/again/r");
    assertThat(InstantSource.system().instant()).isAfter(time);
    assertThat(message.getEnqueuedTime().toInstant())
        .isAfterOrEqualTo(time.minus(Duration.ofMillis(1)));
  }

  @Test
  void a_queue_that_is_not_there_is_named() {
    assertThatThrownBy(() -> queue.send("nowhere", Pointer.first(JOB)))
        .isInstanceOf(Unavailable.class)
        .hasMessage("could not send to nowhere: there is no nowhere in the namespace");
  }

  @Test
  void a_broker_that_is_away_is_unavailable_and_there_again_when_it_is_back() {
    queue.send("jobs", Pointer.first(JOB));

    bus.stop();
    assertThatThrownBy(() -> queue.send("jobs", Pointer.again(JOB, "1")))
        .isInstanceOf(Unavailable.class)
        .hasMessageStartingWith("could not send to jobs: ");
    bus.startAgain();
    queue.send("jobs", Pointer.again(JOB, "2"));

    assertThat(bus.take("jobs", 2))
        .extracting(message -> message.getMessageId())
        .containsExactly(JOB.id().value(), JOB.id() + "/again/2");
  }

  @Test
  void what_is_set_aside_is_shown_once_and_stays_unless_it_is_done() {
    for (int i = 0; i < 30; i++) {
      bus.sendToDeadLetters("jobs", new ServiceBusMessage("m" + i).setMessageId("m" + i));
    }
    var shown = new ArrayList<String>();

    queue.deadLetters(
        "jobs",
        message -> {
          shown.add(message.messageId());
          boolean done = Integer.parseInt(message.identity().substring(1)) % 2 == 0;
          return done ? new Verdict.Done() : new Verdict.LetGo(Duration.ZERO);
        });

    assertThat(shown).hasSize(30).doesNotHaveDuplicates();
    assertThat(bus.lyingDead("jobs"))
        .hasSize(15)
        .allMatch(message -> Integer.parseInt(message.getMessageId().substring(1)) % 2 == 1);
    assertThat(bus.takeDeadLetters("jobs", 15)).hasSize(15); // nobody holds them any more
  }

  @Test
  void what_lies_behind_very_many_that_stay_is_shown_as_well() {
    int many = 1500;
    bus.send(
        "expiring",
        IntStream.range(0, many)
            .mapToObj(i -> new ServiceBusMessage("").setMessageId("m" + i))
            .map(message -> message.setTimeToLive(Duration.ofMillis(1)))
            .toArray(ServiceBusMessage[]::new));
    var shown = new HashSet<String>();

    Eventually.that(
        "all have been shown",
        () -> {
          queue.deadLetters(
              "expiring",
              message -> {
                shown.add(message.identity());
                return new Verdict.LetGo(Duration.ZERO);
              });
          return shown.size() == many;
        });
  }

  @Test
  void a_sweep_that_breaks_off_loses_nothing() {
    bus.sendToDeadLetters("jobs", new ServiceBusMessage("1"));
    bus.sendToDeadLetters("jobs", new ServiceBusMessage("2"));

    assertThatThrownBy(() -> queue.deadLetters("jobs", ServiceBusJobQueueTest::storeAway))
        .isInstanceOf(Unavailable.class)
        .hasMessage("the store is away");

    assertThat(bus.lyingDead("jobs")).hasSize(2);
  }

  private static Verdict storeAway(Delivery.Received message) {
    throw new Unavailable("the store is away");
  }

  @Test
  void where_nothing_is_set_aside_nothing_is_shown() {
    queue.deadLetters("jobs", message -> new Verdict.Done());

    assertThat(bus.lyingDead("jobs")).isEmpty();
  }
}
