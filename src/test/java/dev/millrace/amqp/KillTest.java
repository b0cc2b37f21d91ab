package dev.millrace.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process is killed in the midst of sends and settlements, again and again. */
class KillTest {
  private static final int ROUNDS = Boolean.getBoolean("millrace.full") ? 30 : 3;

  private final Random random = new Random(7);
  private final AtomicInteger numbers = new AtomicInteger();
  private final Set<String> sent = ConcurrentHashMap.newKeySet();
  private final Set<String> settling = ConcurrentHashMap.newKeySet();
  private final Set<String> settled = ConcurrentHashMap.newKeySet();

  @Test
  void what_was_acknowledged_comes_back_and_what_was_completed_does_not(@TempDir Path data)
      throws IOException, InterruptedException {
    int port = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (var bus = BusProcess.start(data, port)) {
        port = bus.port();
        killInTheMidst(bus);
      }
    }

    var back = ConcurrentHashMap.<String>newKeySet();
    try (var bus = BusProcess.start(data, port);
        var receiver = receiver(bus)) {
      for (var batch = batch(receiver); !batch.isEmpty(); batch = batch(receiver)) {
        assertThat(back.addAll(batch)).as("nothing twice").isTrue();
      }
      assertThat(bus.stop()).as("stopped by a signal, in order").isIn(0, 143);
    }
    assertThat(sent).hasSizeGreaterThan(ROUNDS * 50);
    assertThat(settled).isNotEmpty();
    assertThat(back).doesNotContainAnyElementsOf(settled);
    var missing = new ArrayList<>(sent);
    missing.removeAll(back);
    assertThat(settling).as("gone means completed").containsAll(missing);
  }

  private void killInTheMidst(BusProcess bus) throws InterruptedException {
    var enough = new CountDownLatch(60 + random.nextInt(200));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.execute(() -> send(bus, 1, enough));
      threads.execute(() -> send(bus, 7, enough));
      threads.execute(() -> complete(bus, enough));
      assertThat(enough.await(2, TimeUnit.MINUTES)).isTrue();
      bus.kill();
    }
  }

  /** Until the connection breaks. */
  private void send(BusProcess bus, int atOnce, CountDownLatch enough) {
    try (var sender = builder(bus).sender().queueName("jobs").buildClient()) {
      while (true) {
        var ids =
            IntStream.range(0, atOnce).mapToObj(i -> "m" + numbers.incrementAndGet()).toList();
        sender.sendMessages(
            ids.stream()
                .map(
                    id ->
                        new ServiceBusMessage(BinaryData.fromBytes(new byte[1000]))
                            .setMessageId(id))
                .toList());
        sent.addAll(ids);
        enough.countDown();
      }
    } catch (RuntimeException e) {
      // The process was killed.
    }
  }

  private void complete(BusProcess bus, CountDownLatch enough) {
    try (var receiver = receiver(bus)) {
      while (true) {
        for (var message : receiver.receiveMessages(20, Duration.ofSeconds(1))) {
          assertThat(settled).doesNotContain(message.getMessageId());
          settling.add(message.getMessageId());
          receiver.complete(message);
          settled.add(message.getMessageId());
          enough.countDown();
        }
      }
    } catch (RuntimeException e) {
      // The process was killed.
    }
  }

  /** Without settling: each is received once, as long as its lock lasts. */
  private static java.util.List<String> batch(ServiceBusReceiverClient receiver) {
    return receiver.receiveMessages(100, Duration.ofSeconds(2)).stream()
        .map(message -> message.getMessageId())
        .toList();
  }

  private static ServiceBusReceiverClient receiver(BusProcess bus) {
    return builder(bus)
        .receiver()
        .queueName("jobs")
        .maxAutoLockRenewDuration(Duration.ZERO)
        .buildClient();
  }

  private static ServiceBusClientBuilder builder(BusProcess bus) {
    return new ServiceBusClientBuilder()
        .connectionString(bus.connectionString())
        .retryOptions(new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(5)).setMaxRetries(0));
  }
}
