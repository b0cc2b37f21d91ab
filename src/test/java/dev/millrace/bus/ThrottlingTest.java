package dev.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Eventually;
import dev.millrace.Json;
import dev.millrace.broker.Refused;
import dev.millrace.bus.pump.Pump;
import dev.millrace.bus.servicebus.ServiceBusJobQueue;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that asks for patience gets it, and nothing is lost meanwhile. */
class ThrottlingTest {
  private static final JobRef JOB =
      new JobRef("default", new JobId("17a3ed0c1c770c20eadd07d9c9d28386"));
  private static final Refused BUSY =
      new Refused(Refused.Reason.UNAVAILABLE, "The server is busy. Try again later.");

  private static final long SHORTEST_PAUSE = Duration.ofMillis(100).toNanos();

  @TempDir Path folder;
  private TestBus bus;
  private final AtomicInteger refusals = new AtomicInteger();
  private final ConcurrentLinkedQueue<Long> attempts = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void start() {
    bus = TestBus.of(folder, "jobs");
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
  }

  @Test
  void a_send_is_tried_again_after_ever_longer_pauses() {
    refusals.set(4);
    var queue = new ServiceBusJobQueue(bus.namespace(busyAt("publish")), Json.MAPPER);

    queue.send("jobs", Pointer.first(JOB));

    assertThat(bus.lying("jobs")).hasSize(1);
    List<Long> pauses = pauses();
    assertThat(pauses).hasSize(4);
    assertThat(pauses).allMatch(pause -> pause > SHORTEST_PAUSE / 2);
    assertThat(pauses.getLast()).isGreaterThan(pauses.getFirst());
  }

  @Test
  void a_send_to_a_broker_that_stays_busy_says_so_in_the_end() {
    refusals.set(Integer.MAX_VALUE);
    var queue = new ServiceBusJobQueue(bus.namespace(busyAt("publish")), Json.MAPPER);

    assertThatThrownBy(() -> queue.send("jobs", Pointer.first(JOB)))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("The server is busy");

    assertThat(attempts.size()).isBetween(3, 12);
  }

  @Test
  void receiving_begins_when_the_broker_has_the_time() throws Exception {
    refusals.set(3);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    bus.send("jobs", IntStream.range(0, 20).mapToObj(i -> "" + i).toArray(String[]::new));

    bus.closing(
            new Pump(
                bus.namespace(busyAt("receiver")),
                TestBus.queues("jobs"),
                new BusSettings.Limits(2, 1, 1),
                delivery -> {
                  seen.add(new String(delivery.message().body()));
                  return new Verdict.Done();
                }))
        .start();

    Eventually.that("all came", () -> seen.size() == 20);
    Eventually.that("all are settled", () -> bus.lying("jobs").isEmpty());
    assertThat(pauses()).hasSizeGreaterThanOrEqualTo(3).allMatch(pause -> pause > SHORTEST_PAUSE);
  }

  private int busyAt(String throttled) {
    return bus.portBehind(
        (command, queue) -> {
          if (!command.equals(throttled)) {
            return queue.call();
          }
          attempts.add(System.nanoTime());
          return refusals.getAndDecrement() > 0 ? refused(throttled) : queue.call();
        });
  }

  private static Object refused(String command) {
    if (command.equals("publish")) {
      return CompletableFuture.failedFuture(BUSY);
    }
    throw BUSY;
  }

  private List<Long> pauses() {
    var times = new ArrayList<>(attempts);
    return IntStream.range(1, times.size()).mapToObj(i -> times.get(i) - times.get(i - 1)).toList();
  }
}
