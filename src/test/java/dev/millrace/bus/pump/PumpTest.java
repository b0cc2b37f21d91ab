package dev.millrace.bus.pump;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.amqp.models.AmqpMessageBody;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import dev.millrace.Eventually;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.TestBus;
import dev.millrace.bus.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pump on the real SDK, against a broker in this process. */
class PumpTest {
  private static final Verdict DONE = new Verdict.Done();
  private static final BusSettings.Limits LIMITS = new BusSettings.Limits(2, 1, 1);

  @TempDir Path folder;
  private TestBus bus;

  @BeforeEach
  void start() {
    bus = TestBus.of(folder, "jobs", "more");
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
  }

  @Test
  void what_a_message_carries_reaches_the_handler() throws Exception {
    var seen = new LinkedBlockingQueue<Delivery.Received>();
    Instant before = InstantSource.system().instant();
    var message =
        new ServiceBusMessage("{\"message\": \"hello\"}")
            .setMessageId("m-1")
            .setCorrelationId("c-1")
            .setReplyTo("replies")
            .setReplyToSessionId("s-1")
            .setTimeToLive(Duration.ofMinutes(10));
    message.getApplicationProperties().put("traceparent", "00-1-2-01");
    message.getApplicationProperties().put("tracestate", "a=b");

    pump(delivery -> seen.add(delivery.message()) ? DONE : DONE, "jobs");
    bus.send("jobs", message);

    var received = seen.poll(1, TimeUnit.MINUTES);
    assertThat(received.entity()).isEqualTo("jobs");
    assertThat(received.sequenceNumber()).isPositive();
    assertThat(received.messageId()).isEqualTo("m-1");
    assertThat(received.body()).asString().isEqualTo("{\"message\": \"hello\"}");
    assertThat(received.correlationId()).isEqualTo("c-1");
    assertThat(received.replyTo()).isEqualTo("replies");
    assertThat(received.replyToSessionId()).isEqualTo("s-1");
    assertThat(received.traceparent()).isEqualTo("00-1-2-01");
    assertThat(received.tracestate()).isEqualTo("a=b");
    assertThat(received.enqueuedAt()).isBetween(before.minusSeconds(1), before.plusSeconds(60));
    assertThat(received.expiresAt()).isEqualTo(received.enqueuedAt().plusSeconds(600));
    Eventually.that("it is settled", () -> bus.lying("jobs").isEmpty());
  }

  @Test
  void no_more_are_taken_than_may_run() throws Exception {
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    var go = new Semaphore(0);

    pump(
        delivery -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          go.acquireUninterruptibly();
          running.decrementAndGet();
          return DONE;
        },
        "jobs");
    bus.send("jobs", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    Eventually.that("all seats are taken", () -> running.get() == LIMITS.all());
    go.release(9);

    Eventually.that("all are done", () -> bus.lying("jobs").isEmpty());
    assertThat(most).hasValue(LIMITS.all());
  }

  @Test
  void a_message_that_is_only_being_settled_takes_nobodys_place() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    var disk = new CompletableFuture<Void>();
    int slow =
        bus.portBehind(
            (command, queue) ->
                command.equals("settle")
                    ? disk.thenCompose(turns -> settled(queue))
                    : queue.call());

    pump(slow, delivery -> seen.add(delivery.message().identity()) ? DONE : DONE, "jobs");
    int many = 25 * LIMITS.all(); // a pump that waited for each answer would never come so far
    bus.send("jobs", IntStream.range(0, many).mapToObj(i -> "" + i).toArray(String[]::new));

    Eventually.that("all came", () -> seen.size() == many);
    assertThat(bus.lying("jobs")).hasSize(many);
    disk.complete(null);
    Eventually.that("all are settled", () -> bus.lying("jobs").isEmpty());
  }

  @SuppressWarnings("unchecked") // as the method says
  private static CompletionStage<Void> settled(Callable<Object> queue) {
    try {
      return (CompletionStage<Void>) queue.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void each_queue_has_its_share() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    var go = new CountDownLatch(1);

    bus.send("jobs", "1", "2", "3", "4", "5", "6");
    bus.send("more", "7", "8");
    pump(
        delivery -> {
          seen.add(delivery.message().entity());
          await(go);
          return DONE;
        },
        "jobs",
        "more");

    Eventually.that("both have theirs", () -> seen.size() == 4);
    assertThat(seen).containsExactlyInAnyOrder("jobs", "jobs", "more", "more");
    go.countDown();
    Eventually.that("all are done", () -> seen.size() == 8);
  }

  @Test
  void a_lock_is_kept_for_as_long_as_it_takes() throws Exception {
    var deliveries = new AtomicInteger();
    var renewed = new AtomicInteger();

    pump(
        delivery -> {
          deliveries.incrementAndGet();
          Instant began = InstantSource.system().instant();
          Eventually.that(
              "several locks are over",
              () ->
                  InstantSource.system()
                      .instant()
                      .isAfter(began.plus(TestBus.LOCK.multipliedBy(3))));
          renewed.addAndGet(delivery.locked() && delivery.renew() ? 1 : 0);
          return DONE;
        },
        "jobs");
    bus.send("jobs", "1", "2", "3");

    Eventually.that("all are done", () -> bus.lying("jobs").isEmpty());
    assertThat(deliveries).hasValue(3);
    assertThat(renewed).hasValue(3);
  }

  @Test
  void one_kind_over_its_limit_waits_under_its_lock_while_others_go_on() throws Exception {
    var deliveries = new AtomicInteger();
    var inside = new LinkedBlockingQueue<String>();
    var go = new CountDownLatch(1);

    pump(
        delivery -> {
          deliveries.incrementAndGet();
          boolean batch = body(delivery).startsWith("batch");
          if (!delivery.enter(batch ? Delivery.Kind.BATCH : Delivery.Kind.JOB)) {
            return new Verdict.LetGo(Duration.ZERO);
          }
          inside.add(body(delivery));
          if (body(delivery).equals("batch 1")) {
            await(go);
          }
          return DONE;
        },
        "jobs");
    bus.send("jobs", "batch 1");
    Eventually.that("one batch runs", () -> inside.size() == 1);
    bus.send("jobs", "batch 2", "job");
    Eventually.that("the job goes past it", () -> inside.contains("job"));
    Instant began = InstantSource.system().instant();
    Eventually.that(
        "a lock is over",
        () -> InstantSource.system().instant().isAfter(began.plus(TestBus.LOCK.multipliedBy(2))));
    assertThat(inside).doesNotContain("batch 2");
    go.countDown();

    Eventually.that("all are done", () -> bus.lying("jobs").isEmpty());
    assertThat(deliveries).hasValue(3);
  }

  @Test
  void a_delivery_that_has_to_run_alone_does() throws Exception {
    var running = new AtomicInteger();
    var beside = new AtomicInteger(-1);
    var go = new CountDownLatch(1);

    pump(
        delivery -> {
          int others = running.getAndIncrement();
          try {
            if (body(delivery).equals("hermit")) {
              if (!delivery.alone()) {
                return new Verdict.Alone();
              }
              beside.set(others);
            } else {
              await(go);
            }
            return DONE;
          } finally {
            running.decrementAndGet();
          }
        },
        "jobs");
    bus.send("jobs", "1", "2");
    Eventually.that("two run", () -> running.get() == 2);
    bus.send("jobs", "hermit", "3");
    go.countDown();

    Eventually.that("all are done", () -> bus.lying("jobs").isEmpty());
    assertThat(beside).hasValue(0);
  }

  @Test
  void what_is_let_go_comes_again_after_its_pause() throws Exception {
    var times = new LinkedBlockingQueue<Instant>();
    var pause = TestBus.LOCK.plusSeconds(1);

    pump(
        delivery -> {
          times.add(InstantSource.system().instant());
          return times.size() == 1 ? new Verdict.LetGo(pause) : DONE;
        },
        "jobs");
    bus.send("jobs", "1");

    Eventually.that("it is done", () -> times.size() == 2 && bus.lying("jobs").isEmpty());
    assertThat(times.remove().plus(pause)).isBeforeOrEqualTo(times.remove());
  }

  @Test
  void what_is_set_aside_says_why() throws Exception {
    pump(delivery -> new Verdict.DeadLetter("malformed", "the body is not JSON"), "jobs");
    bus.send("jobs", "nonsense");

    var dead = bus.takeDeadLetters("jobs", 1).getFirst();
    assertThat(dead.getDeadLetterReason()).isEqualTo("malformed");
    assertThat(dead.getDeadLetterErrorDescription()).isEqualTo("the body is not JSON");
    assertThat(dead.getBody()).hasToString("nonsense");
  }

  @Test
  void a_body_that_is_no_bytes_is_set_aside_and_holds_up_nobody() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    pump(delivery -> seen.add(body(delivery)) ? DONE : DONE, "jobs");

    bus.send(
        "jobs",
        new ServiceBusMessage(AmqpMessageBody.fromValue("{}")),
        new ServiceBusMessage(AmqpMessageBody.fromSequence(List.of("a", 1))),
        new ServiceBusMessage("after"));

    assertThat(bus.takeDeadLetters("jobs", 2))
        .extracting(ServiceBusReceivedMessage::getDeadLetterReason)
        .containsOnly("malformed");
    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("after");
  }

  @Test
  void a_handler_that_throws_ends_no_other_delivery() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    var pump =
        pump(
            delivery -> {
              if (body(delivery).equals("bad")) {
                throw new StackOverflowError();
              }
              return seen.add(body(delivery)) ? DONE : DONE;
            },
            "jobs");
    bus.send("jobs", "bad", "good");

    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("good");
    Eventually.that("only the bad one is in hand", () -> pump.inHand() == 1);
  }

  @Test
  void at_a_drain_what_runs_ends_and_what_waits_is_given_back() throws Exception {
    var running = new AtomicInteger();
    var go = new CountDownLatch(1);
    var pump =
        pump(
            delivery -> {
              if (!delivery.enter(Delivery.Kind.BATCH)) {
                return new Verdict.LetGo(Duration.ofHours(1));
              }
              running.incrementAndGet();
              await(go);
              return DONE;
            },
            "jobs");
    bus.send("jobs", "1", "2", "3");
    Eventually.that("one runs, two wait", () -> running.get() == 1 && pump.inHand() == 3);

    var drained = new LinkedBlockingQueue<Boolean>();
    Thread.ofVirtual().start(() -> drained.add(pump.drain(Duration.ofMinutes(1))));
    Eventually.that("those that wait are given back", () -> pump.inHand() == 1);
    bus.send("jobs", "4");
    go.countDown();

    assertThat(drained.poll(1, TimeUnit.MINUTES)).isTrue();
    assertThat(running).hasValue(1);
    assertThat(bus.take("jobs", 3)).hasSize(3);
  }

  @Test
  void at_the_end_of_a_drain_what_still_runs_is_given_back() throws Exception {
    var go = new CountDownLatch(1);
    var began = new CountDownLatch(1);
    var pump =
        pump(
            delivery -> {
              began.countDown();
              await(go);
              return DONE;
            },
            "jobs");
    bus.send("jobs", "1");
    await(began);

    assertThat(pump.drain(Duration.ofMillis(1))).isFalse();

    assertThat(bus.take("jobs", 1)).hasSize(1);
    go.countDown();
  }

  private Pump pump(Function<Delivery, Verdict> handler, String... queues) {
    return pump(bus.port(), handler, queues);
  }

  private Pump pump(int port, Function<Delivery, Verdict> handler, String... queues) {
    var pump = bus.closing(new Pump(bus.namespace(port), TestBus.queues(queues), LIMITS, handler));
    pump.start();
    return pump;
  }

  private static String body(Delivery delivery) {
    return new String(delivery.message().body(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
