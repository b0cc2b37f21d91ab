package dev.millrace.broker.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.broker.Rules.Rule;
import dev.millrace.broker.filter.Filter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The trees are what a parser makes of the emulator's file. */
final class NamespaceReaderTest {

  @Test
  void the_file_of_the_emulator_is_understood() {
    var correlation =
        Map.of(
            "FilterType",
            "Correlation",
            "CorrelationFilter",
            Map.of("ContentType", "application/json", "Properties", Map.of("prop1", "value1")));
    var sql =
        Map.of("FilterType", "Sql", "SqlFilter", Map.of("SqlExpression", "sys.To = 'a' AND b = 1"));
    var subscription =
        Map.of(
            "Name",
            "subscription.1",
            "Properties",
            Map.of("LockDuration", "PT1M", "MaxDeliveryCount", 3, "ForwardTo", ""),
            "Rules",
            List.of(
                Map.of("Name", "c", "Properties", correlation),
                Map.of("Name", "s", "Properties", sql)));
    var queue =
        Map.of(
            "Name",
            "queue.1",
            "Properties",
            Map.of(
                "DeadLetteringOnMessageExpiration",
                true,
                "DefaultMessageTimeToLive",
                "PT1H",
                "DuplicateDetectionHistoryTimeWindow",
                "PT20S",
                "ForwardDeadLetteredMessagesTo",
                "",
                "LockDuration",
                "PT1M",
                "MaxDeliveryCount",
                3,
                "RequiresDuplicateDetection",
                true,
                "RequiresSession",
                true));
    var topic =
        Map.of(
            "Name",
            "topic.1",
            "Properties",
            Map.of("DefaultMessageTimeToLive", "P1DT12H"),
            "Subscriptions",
            List.of(subscription, Map.of("Name", "bare")));

    var setup = NamespaceSetup.read(file(List.of(queue), List.of(topic)));

    var read = setup.queues().getFirst();
    assertEquals(
        new Receiving(Duration.ofMinutes(1), 3, true, Duration.ofHours(1), true), read.receiving());
    assertEquals(Duration.ofSeconds(20), read.sending().duplicateWindow());
    var readTopic = setup.topics().getFirst();
    assertEquals(Duration.ofHours(36), readTopic.sending().defaultTimeToLive());
    assertNull(readTopic.sending().duplicateWindow());
    assertEquals(
        List.of(
            new Rule(
                "c",
                new Filter.Correlation(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "application/json",
                    Map.of("prop1", "value1"))),
            new Rule("s", new Filter.Sql("sys.To = 'a' AND b = 1"))),
        readTopic.subscriptions().getFirst().rules());
    assertEquals(
        List.of(SubscriptionSetup.EVERYTHING), readTopic.subscriptions().getLast().rules());
  }

  @Test
  void all_that_is_wrong_is_said_at_once() {
    var queue =
        Map.of(
            "Name",
            "bad name",
            "Properties",
            Map.of(
                "LockDuration",
                "1 minute",
                "MaxDeliveryCount",
                0,
                "RequiresSession",
                "yes",
                "ForwardTo",
                "other",
                "LockDurations",
                "PT1M"));
    var rule =
        Map.of(
            "Name",
            "r",
            "Properties",
            Map.of(
                "FilterType",
                "Sql",
                "SqlFilter",
                Map.of("SqlExpression", "a ="),
                "Action",
                Map.of("SqlExpression", "SET b = 1")));
    var topic =
        Map.of(
            "Name", "t", "Subscriptions", List.of(Map.of("Name", "s", "Rules", List.of(rule)), 5));

    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> NamespaceSetup.read(file(List.of(queue, Map.of("Name", "T")), List.of(topic))));

    assertEquals(
        """
        UserConfig.Namespaces[0].Queues[0].Name: letters, digits, '.', '-', '_' and '/' are expected, a letter or digit at each end
        UserConfig.Namespaces[0].Queues[0].Properties.ForwardTo: this is not supported here; leave it out
        UserConfig.Namespaces[0].Queues[0].Properties.LockDuration: a duration between PT1S and PT5M is expected, written like "PT30S"
        UserConfig.Namespaces[0].Queues[0].Properties.LockDurations: unknown key; known are ForwardTo, ForwardDeadLetteredMessagesTo, AutoDeleteOnIdle, EnableBatchedOperations, UserMetadata, LockDuration, MaxDeliveryCount, RequiresSession, DefaultMessageTimeToLive, DeadLetteringOnMessageExpiration, EnablePartitioning, DuplicateDetectionHistoryTimeWindow, RequiresDuplicateDetection, MaxMessageSizeInKilobytes, MaxSizeInMegabytes
        UserConfig.Namespaces[0].Queues[0].Properties.MaxDeliveryCount: a whole number between 1 and 2000 is expected
        UserConfig.Namespaces[0].Queues[0].Properties.RequiresSession: true or false is expected
        UserConfig.Namespaces[0].Topics[0].Name: there is another 't'
        UserConfig.Namespaces[0].Topics[0].Subscriptions[0].Rules[0].Properties.Action: actions are not supported here; leave it out
        UserConfig.Namespaces[0].Topics[0].Subscriptions[0].Rules[0].Properties.SqlFilter.SqlExpression: The SQL expression "a =" cannot be understood at character 4: a value or a property is expected, and the end is there.
        UserConfig.Namespaces[0].Topics[0].Subscriptions[1]: an object { } is expected
        UserConfig.Namespaces[0].Topics[0].Subscriptions[1].Name: it is missing\
        """
            .lines()
            .sorted()
            .toList(),
        String.valueOf(thrown.getMessage()).lines().sorted().toList());
  }

  @Test
  void a_file_without_a_namespace_is_refused() {
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> NamespaceSetup.read(Map.of("a", 1)));

    assertEquals(
        List.of(
            "UserConfig.Namespaces: exactly one namespace is expected",
            "a: unknown key; known are UserConfig"),
        String.valueOf(thrown.getMessage()).lines().sorted().toList());
  }

  @Test
  void what_azure_writes_for_never_is_understood() {
    assertEquals(10_675_199, IsoDuration.parse("P10675199DT2H48M5.4775807S").toDays());
    assertEquals(Duration.ofDays(365 + 60), IsoDuration.parse("P1Y2M"));
    assertEquals(Duration.ofDays(16), IsoDuration.parse("P2W2D"));
    assertThrows(java.time.DateTimeException.class, () -> IsoDuration.parse("P"));
    assertThrows(java.time.DateTimeException.class, () -> IsoDuration.parse("PT"));
    assertThrows(java.time.DateTimeException.class, () -> IsoDuration.parse("P1Y-"));
  }

  @Test
  void what_millrace_needs_can_be_opened() {
    var setup = NamespaceSetup.ofMillrace();

    assertEquals("jobs", setup.queues().getFirst().name());
    assertEquals(
        List.of("batches", "all"),
        setup.topics().getFirst().subscriptions().stream().map(SubscriptionSetup::name).toList());
  }

  private static Map<String, Object> file(List<?> queues, List<?> topics) {
    return Map.of(
        "UserConfig",
        Map.of(
            "Namespaces",
            List.of(Map.of("Name", "sbemulatorns", "Queues", queues, "Topics", topics)),
            "Logging",
            Map.of("Type", "File")));
  }
}
