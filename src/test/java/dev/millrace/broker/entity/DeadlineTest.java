package dev.millrace.broker.entity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.SettableClock;
import dev.millrace.broker.Message;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.SubscriptionSetup;
import dev.millrace.broker.setup.TopicSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the timer is told after a command on a topic. It wakes at times without being told, so what
 * is left out here is only late; nothing else would show it.
 */
final class DeadlineTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  void a_topic_tells_of_what_waits_for_its_time() {
    try (var namespace = namespace()) {
      publish(namespace, SettableClock.NOON.plus(MINUTE), null);

      assertEquals(SettableClock.NOON.plus(MINUTE).toEpochMilli(), told(namespace));
    }
  }

  @Test
  void a_topic_tells_of_what_expires_in_its_subscriptions() {
    try (var namespace = namespace()) {
      publish(namespace, null, MINUTE);

      assertEquals(SettableClock.NOON.plus(MINUTE).toEpochMilli(), told(namespace));
    }
  }

  private static long told(Namespace namespace) {
    return topic(namespace).nextDeadline();
  }

  private static LiveTopic topic(Namespace namespace) {
    return (LiveTopic) namespace.entity("t");
  }

  private static void publish(Namespace namespace, @Nullable Instant at, @Nullable Duration lives) {
    var message =
        new Message(
            "a".getBytes(UTF_8),
            new byte[0],
            true,
            4,
            lives,
            at,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            Map.of());
    topic(namespace).publish(List.of(message)).toCompletableFuture().join();
  }

  private Namespace namespace() {
    var all =
        new SubscriptionSetup("all", Receiving.DEFAULT, List.of(SubscriptionSetup.EVERYTHING));
    var setup =
        new NamespaceSetup(
            "test", List.of(), List.of(new TopicSetup("t", Sending.DEFAULT, List.of(all))));
    return Namespace.open(
        setup, directory, new SettableClock(), new Namespace.Options(false, false, 10));
  }
}
