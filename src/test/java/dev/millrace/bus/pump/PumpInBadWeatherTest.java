package dev.millrace.bus.pump;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.millrace.Eventually;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Cable;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.TestBus;
import dev.millrace.bus.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pump does when the broker or the way to it fails. */
class PumpInBadWeatherTest {
  private static final Verdict DONE = new Verdict.Done();
  private static final Duration AWAY = Duration.ofMinutes(5);
  private static final BusSettings.Limits LIMITS = new BusSettings.Limits(4, 2, 2);

  @TempDir Path folder;
  private TestBus bus;
  private Cable cable;
  private final Map<String, Integer> seen = new ConcurrentHashMap<>();

  @BeforeEach
  void start() throws IOException {
    bus = TestBus.of(folder, "jobs");
    cable = bus.closing(new Cable(bus.port()));
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
  }

  @Test
  void receiving_goes_on_when_the_connection_breaks() throws Exception {
    pump(this::note);
    bus.send("jobs", "1");
    Eventually.that("the first came", () -> seen.containsKey("1"));

    cable.cut();
    bus.send("jobs", "2");

    Eventually.that("the second came", () -> seen.containsKey("2") && bus.lying("jobs").isEmpty());
  }

  @Test
  void receiving_goes_on_when_the_connection_falls_silent() throws Exception {
    pump(this::note);
    bus.send("jobs", "1");
    Eventually.that("the first came", () -> seen.containsKey("1"));

    cable.fallSilent();
    bus.send("jobs", "2");

    Eventually.that("the second came", () -> seen.containsKey("2") && bus.lying("jobs").isEmpty());
  }

  @Test
  void what_runs_keeps_its_message_when_the_connection_breaks() throws Exception {
    var go = new CountDownLatch(1);
    pump(
        delivery -> {
          note(delivery);
          await(go);
          return delivery.renew() ? DONE : new Verdict.Alone();
        });
    bus.send("jobs", "1");
    Eventually.that("it came", () -> seen.containsKey("1"));
    cable.cut();
    Eventually.that("there is another connection", () -> cable.strands() > 0);
    letLocksPass();
    go.countDown();

    Eventually.that("it is settled", () -> bus.lying("jobs").isEmpty());
    assertThat(seen).containsEntry("1", 1);
  }

  @Test
  void what_runs_loses_its_lock_when_the_connection_stays_away_and_comes_again() throws Exception {
    var go = new CountDownLatch(1);
    var lost = new CountDownLatch(1);
    pump(
        delivery -> {
          if (note(delivery) == DONE && seen.get("1") == 1) {
            Eventually.that("the lock is gone", () -> !delivery.locked());
            lost.countDown();
            await(go);
          }
          return DONE;
        });
    bus.send("jobs", "1");
    Eventually.that("it came", () -> seen.containsKey("1"));

    cable.pull();
    await(lost);
    cable.mend();

    Eventually.that("it came again", () -> seen.get("1") == 2);
    Eventually.that("it is settled", () -> bus.lying("jobs").isEmpty());
    go.countDown();
  }

  @Test
  void a_settlement_that_gets_lost_is_made_again() throws Exception {
    pump(
        delivery -> {
          note(delivery);
          cable.cut();
          return DONE;
        });
    bus.send("jobs", "1");

    Eventually.that("it came", () -> seen.containsKey("1"));
    Eventually.that("it is settled", () -> bus.lying("jobs").isEmpty());
    assertThat(seen).containsEntry("1", 1);
  }

  @Test
  void work_goes_on_when_the_broker_has_been_away() throws Exception {
    pump(this::note);
    bus.send("jobs", "1");
    Eventually.that("the first came", () -> seen.containsKey("1"));

    bus.stop();
    bus.startAgain();
    bus.send("jobs", "2", "3");

    Eventually.that("the others came", () -> seen.size() == 3 && bus.lying("jobs").isEmpty());
  }

  @Test
  @Tag("full")
  void a_broker_that_is_away_for_minutes_costs_next_to_nothing_and_is_found_again()
      throws Exception {
    pump(this::note);
    bus.send("jobs", "1");
    Eventually.that("the first came", () -> seen.containsKey("1"));

    bus.stop();
    Duration before = processorTime();
    var never = new CountDownLatch(1);
    assertThat(never.await(AWAY.toSeconds(), TimeUnit.SECONDS)).isFalse();
    Duration spent = processorTime().minus(before);
    bus.startAgain();
    bus.send("jobs", "2");

    Eventually.that("the second came", () -> seen.containsKey("2") && bus.lying("jobs").isEmpty());
    assertThat(spent).isLessThan(AWAY.dividedBy(20));
  }

  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }

  @Test
  void nothing_is_lost_over_a_bad_line() throws Exception {
    int count = 200;
    bus.send(
        "jobs",
        IntStream.range(0, count)
            .mapToObj(i -> new ServiceBusMessage("" + i))
            .toArray(ServiceBusMessage[]::new));
    pump(
        delivery -> {
          if (seen.size() % 50 == 49) {
            cable.cut();
          }
          return note(delivery);
        });

    Eventually.that("all came", () -> seen.size() == count);
    Eventually.that("all are settled", () -> bus.lying("jobs").isEmpty());
  }

  private Verdict note(Delivery delivery) {
    seen.merge(new String(delivery.message().body(), StandardCharsets.UTF_8), 1, Integer::sum);
    return DONE;
  }

  private void letLocksPass() {
    var end = InstantSource.system().instant().plus(TestBus.LOCK.multipliedBy(2));
    Eventually.that("two locks are over", () -> InstantSource.system().instant().isAfter(end));
  }

  private void pump(Function<Delivery, Verdict> handler) {
    bus.closing(new Pump(bus.namespace(cable.port()), TestBus.queues("jobs"), LIMITS, handler))
        .start();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
