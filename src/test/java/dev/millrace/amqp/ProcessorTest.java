package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.queue;
import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusProcessorClient;
import com.azure.messaging.servicebus.ServiceBusReceivedMessageContext;
import dev.millrace.broker.setup.Receiving;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The processors of the SDK of Azure, which run handlers by themselves. */
class ProcessorTest {
  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(
          queue("fails"),
          queue("long", Receiving.DEFAULT.withLockDuration(LocalBus.SHORT_LOCK)),
          queue("sessions", Receiving.DEFAULT.withSessions()),
          queue("restart"));

  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  @Test
  void a_handler_that_fails_gets_its_message_again() throws InterruptedException {
    send("fails", 20);

    try (var processor =
        processor(
            "fails",
            delivery -> {
              var message = delivery.getMessage();
              if (message.getDeliveryCount() == 0 && message.getBody().toString().endsWith("5")) {
                throw new IllegalStateException("the first time is too early");
              }
              seen.add(message.getBody() + " at " + message.getDeliveryCount());
            })) {
      processor.start();

      assertThat(next(20)).doesNotHaveDuplicates().contains("m5 at 1", "m15 at 1", "m6 at 0");
    }
  }

  @Test
  void a_handler_may_take_longer_than_the_lock() throws InterruptedException {
    send("long", 1);
    var beyondTheLock = new CountDownLatch(1);

    try (var processor =
        processor(
            "long",
            delivery -> {
              var until = delivery.getMessage().getLockedUntil();
              while (!bus.clock().instant().isAfter(until.toInstant().plusMillis(700))) {
                await(beyondTheLock);
              }
              seen.add("done at " + delivery.getMessage().getDeliveryCount());
            })) {
      processor.start();

      assertThat(next(1)).containsExactly("done at 0");
    }
    LocalBus.nothing(bus.receiver("long"));
  }

  @Test
  void each_session_is_handled_in_its_order() throws InterruptedException {
    int sessions = 6;
    int each = 10;
    var sender = bus.sender("sessions");
    for (int i = 0; i < each; i++) {
      int number = i;
      sender.sendMessages(
          IntStream.range(0, sessions)
              .mapToObj(s -> new ServiceBusMessage("" + number).setSessionId("s" + s))
              .toList());
    }
    Map<String, List<String>> orders = new ConcurrentHashMap<>();
    var all = new CountDownLatch(sessions * each);

    try (var processor =
        bus.builder()
            .sessionProcessor()
            .queueName("sessions")
            .maxConcurrentSessions(sessions)
            .processMessage(
                delivery -> {
                  var message = delivery.getMessage();
                  orders
                      .computeIfAbsent(message.getSessionId(), id -> new ArrayList<>())
                      .add(message.getBody().toString());
                  all.countDown();
                })
            .processError(error -> seen.add("error"))
            .buildProcessorClient()) {
      processor.start();
      assertThat(all.await(LocalBus.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    assertThat(orders).hasSize(sessions);
    assertThat(orders.values())
        .allSatisfy(
            order ->
                assertThat(order)
                    .isEqualTo(IntStream.range(0, each).mapToObj(String::valueOf).toList()));
  }

  @Test
  void a_processor_goes_on_when_the_namespace_was_started_again() throws InterruptedException {
    send("restart", 1);
    try (var processor =
        processor("restart", delivery -> seen.add(delivery.getMessage().getBody().toString()))) {
      processor.start();
      assertThat(next(1)).containsExactly("m0");

      bus.restart();
      bus.sender("restart").sendMessage(new ServiceBusMessage("after"));

      List<String> came = next(1);
      while (came.equals(List.of("m0"))) { // it was not known to be done when all came to a stop
        came = next(1);
      }
      assertThat(came).containsExactly("after");
    }
  }

  private ServiceBusProcessorClient processor(
      String queue, Consumer<ServiceBusReceivedMessageContext> handler) {
    return bus.builder()
        .processor()
        .queueName(queue)
        .maxConcurrentCalls(4)
        .processMessage(handler)
        .processError(error -> {})
        .buildProcessorClient();
  }

  private static void send(String queue, int count) {
    bus.sender(queue)
        .sendMessages(
            IntStream.range(0, count).mapToObj(i -> new ServiceBusMessage("m" + i)).toList());
  }

  private List<String> next(int count) throws InterruptedException {
    var taken = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      taken.add(seen.poll(LocalBus.PATIENCE.toSeconds() * 2, TimeUnit.SECONDS));
    }
    return taken;
  }

  private static void await(CountDownLatch never) {
    try {
      assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
