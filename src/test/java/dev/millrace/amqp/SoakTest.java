package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.queue;
import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import dev.millrace.broker.setup.Receiving;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;

/** Much at once. */
class SoakTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(
          queue("soak", Receiving.DEFAULT.withLockDuration(LONG)),
          queue("short soak", Receiving.DEFAULT.withLockDuration(LONG)),
          queue("locks", Receiving.DEFAULT.withLockDuration(LONG)));

  @Test
  void two_thousand_messages_flow_while_they_are_being_sent() {
    soak("short soak", 2_000);
  }

  @Test
  @Tag("full")
  void twenty_thousand_messages_flow_while_they_are_being_sent() {
    soak("soak", 20_000);
  }

  /** Each over its own request, all of them under way at the same time. */
  @Test
  void two_thousand_locks_are_renewed_at_once() throws InterruptedException {
    int many = 2_000;
    sendBatches("locks", many);
    var receiver =
        bus.builder()
            .receiver()
            .queueName("locks")
            .prefetchCount(200)
            .disableAutoComplete()
            .maxAutoLockRenewDuration(Duration.ZERO)
            .buildAsyncClient();
    bus.closing(receiver::close);
    var messages = new ConcurrentLinkedQueue<ServiceBusReceivedMessage>();
    var all = new CountDownLatch(many);
    // Not take(many): for a demand that ends the SDK asks for more than its buffer holds.
    var receiving =
        receiver
            .receiveMessages()
            .subscribe(
                message -> {
                  messages.add(message);
                  all.countDown();
                });
    bus.closing(receiving::dispose);
    assertThat(all.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();

    var until =
        Objects.requireNonNull(
            Flux.fromIterable(messages)
                .flatMap(receiver::renewMessageLock, many)
                .collectList()
                .block(LONG));

    assertThat(until).hasSize(many);
  }

  private static void soak(String queue, int count) {
    var sender = bus.builder().sender().queueName(queue).buildAsyncClient();
    bus.closing(sender::close);
    var receiver =
        bus.builder()
            .receiver()
            .queueName(queue)
            .prefetchCount(200)
            .disableAutoComplete()
            .buildAsyncClient();
    bus.closing(receiver::close);
    var sending =
        Flux.range(0, count).flatMap(i -> sender.sendMessage(message(i)), 100).then().toFuture();

    var seen = ConcurrentHashMap.<String>newKeySet();
    receiver
        .receiveMessages()
        .flatMap(
            message -> {
              assertThat(seen.add(message.getMessageId())).as("never twice").isTrue();
              assertThat(message.getDeliveryCount()).isZero();
              return receiver.complete(message).thenReturn(message);
            },
            50)
        .take(count)
        .blockLast(LONG);

    assertThat(sending).succeedsWithin(LONG);
    assertThat(seen).hasSize(count);
    assertThat(bus.receiver(queue).peekMessage(0)).isNull();
  }

  private static void sendBatches(String queue, int count) {
    var sender = bus.sender(queue);
    for (int i = 0; i < count; i += 500) {
      sender.sendMessages(IntStream.range(i, i + 500).mapToObj(SoakTest::message).toList());
    }
  }

  private static ServiceBusMessage message(int number) {
    return new ServiceBusMessage(BinaryData.fromBytes(new byte[1000])).setMessageId("m" + number);
  }
}
