package dev.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BusSettingsTest {
  private static final String HOST = "mill.servicebus.windows.net";
  private static final String KEY =
      "Endpoint=sb://" + HOST + "/;SharedAccessKeyName=all;SharedAccessKey=geheim=";

  @Test
  void empty_values_count_as_none() {
    var settings = settings(" ", "", " ");

    assertThat(settings.chosen()).isFalse();
    assertThat(settings.host()).isEmpty();
    assertThat(settings.topic()).isEqualTo("results");
  }

  @Test
  void a_namespace_is_known_by_its_host() {
    assertThat(settings(HOST, null, "results").host()).isEqualTo(HOST);
    assertThat(settings(null, KEY, "results").host()).isEqualTo(HOST);
    assertThat(settings(null, KEY.replace(HOST + "/", "localhost:5672"), "results").host())
        .isEqualTo("localhost:5672");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mill", "sb://" + HOST, HOST + "/", "https://" + HOST, "a b.net"})
  void anything_else_is_no_namespace(String namespace) {
    assertThatThrownBy(() -> settings(namespace, null, "results"))
        .hasMessageStartingWith("millrace.bus.namespace (MILLRACE_BUS_NAMESPACE) must be like");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "geheim",
        "Endpoint=sb://" + HOST,
        "Endpoint=sb://" + HOST + ";SharedAccessKeyName=geheim",
        KEY + ";EntityPath=jobs"
      })
  void a_connection_string_is_one_of_the_whole_namespace_and_signs_in(String text) {
    assertThatThrownBy(() -> settings(null, text, "results"))
        .hasMessageContaining("MILLRACE_BUS_CONNECTION_STRING")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void all_that_is_wrong_is_said_at_once() {
    assertThatThrownBy(
            () ->
                new BusSettings(
                    "mill",
                    KEY,
                    "/results",
                    Duration.ofMinutes(6),
                    Duration.ofHours(2),
                    65_536,
                    new BusSettings.Limits(0, 1, 10_001)))
        .hasMessageContaining("are both set")
        .hasMessageContaining("MILLRACE_BUS_NAMESPACE")
        .hasMessageContaining("MILLRACE_BUS_TOPIC")
        .hasMessageContaining("MILLRACE_BUS_LOCK")
        .hasMessageContaining("MILLRACE_BUS_DRAIN")
        .hasMessageContaining("MILLRACE_BUS_PORT")
        .hasMessageContaining("MILLRACE_BUS_LIMITS_JOBS")
        .hasMessageContaining("MILLRACE_BUS_LIMITS_BATCHES")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void a_connection_string_is_never_printed() {
    assertThat(settings(null, KEY, "results").toString()).doesNotContain("geheim");
  }

  @Test
  void without_a_queue_there_is_one_that_stands_for_itself() {
    var queue = queues().all().queues();

    assertThat(queue).hasSize(1);
    assertThat(queue.getFirst().name()).isEqualTo("jobs");
    assertThat(queue.getFirst().owner().tenant()).isEqualTo("default");
    assertThat(queue.getFirst().owner().name()).isEqualTo("queue:jobs");
  }

  @Test
  void each_queue_stands_for_a_tenant_and_an_owner() {
    var queues = queues("a", " b:blue:robot:7 ", "").all();

    assertThat(queues.owner("a").name()).isEqualTo("queue:a");
    assertThat(queues.owner("b").tenant()).isEqualTo("blue");
    assertThat(queues.owner("b").name()).isEqualTo("robot:7");
  }

  @Test
  void queues_that_cannot_be_used_are_named_all_at_once() {
    assertThatThrownBy(() -> queues(":blue", "Jobs:a/b", "jobs", "c:blue:"))
        .hasMessageContaining("millrace.queues (MILLRACE_QUEUES) holds :blue, which is no name")
        .hasMessageContaining("holds Jobs:a/b, which must be like NAME:TENANT:OWNER: not a tenant")
        .hasMessageContaining("holds jobs, which is a queue that is named before")
        .hasMessageContaining("holds c:blue:, which must be like NAME:TENANT:OWNER")
        .satisfies(fault -> assertThat(fault.getMessage().lines()).hasSize(4));
  }

  @Test
  void a_reply_to_is_allowed_by_its_name_or_by_how_it_begins() {
    var replyTo = new QueueSettings.ReplyTo(List.of(" replies ", "team-*", ""));

    assertThat(replyTo.allows("Replies")).isTrue();
    assertThat(replyTo.allows("team-blue")).isTrue();
    assertThat(replyTo.allows("replies/other")).isFalse();
    assertThat(replyTo.allows("tea")).isFalse();
    assertThat(new QueueSettings.ReplyTo(null).allows("replies")).isFalse();
  }

  @Test
  void a_reply_to_that_is_no_name_is_refused() {
    assertThatThrownBy(
            () -> new QueueSettings(null, new QueueSettings.ReplyTo(List.of("sb://x", "ok*"))))
        .hasMessageStartingWith("millrace.reply-to.allow (MILLRACE_REPLY_TO_ALLOW) holds sb://x");
  }

  private static QueueSettings queues(String... queues) {
    return new QueueSettings(List.of(queues), new QueueSettings.ReplyTo(List.of()));
  }

  private static BusSettings settings(
      @Nullable String namespace, @Nullable String connectionString, String topic) {
    return new BusSettings(
        namespace,
        connectionString,
        topic,
        Duration.ofSeconds(30),
        Duration.ofSeconds(25),
        5672,
        BusSettings.Limits.USUAL);
  }
}
