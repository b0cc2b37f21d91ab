package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.QueueSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.servicebus.Entities;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Entry;
import dev.millrace.session.SessionSettings;
import dev.millrace.storage.Storage;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblyTest {
  private static final String SECRET = "\nMILLRACE_SECRET=" + "geheim".repeat(6);

  @TempDir Path folder;

  @Test
  void an_account_is_used_when_one_is_set_and_nobody_is_asked_before_storage_is_needed()
      throws IOException {
    try (var assembly = start("MILLRACE_STORAGE_BLOB_ENDPOINT=https://mill.example/" + SECRET)) {
      assertThat(assembly.places())
          .contains(new Place("storage", "blob", "https://mill.example/millrace"));
    }
  }

  @Test
  void a_namespace_is_used_when_one_is_set_and_nobody_is_asked_before_it_is_needed()
      throws IOException {
    try (var assembly = start("MILLRACE_BUS_NAMESPACE=mill.servicebus.windows.net")) {
      assertThat(assembly.places())
          .contains(new Place("bus", "service bus", "mill.servicebus.windows.net"));
      assertThat(assembly.get(JobQueue.class)).isNotNull();
    }
  }

  @Test
  void a_local_bus_has_the_queues_that_the_settings_name() throws IOException {
    var lines =
        """
        MILLRACE_STORAGE_DIRECTORY=%s
        MILLRACE_QUEUES=red-jobs:red
        MILLRACE_REPLY_TO_ALLOW=replies,team-*
        MILLRACE_BUS_TOPIC=outcomes
        MILLRACE_BUS_PORT=0
        """
            .formatted(folder.resolve("data"));
    try (var assembly = start(lines)) {
      var faults =
          assembly
              .get(Entities.class)
              .faults(new Queues(List.of(queue("red-jobs"), queue("replies"))), "outcomes");

      assertThat(faults).isEmpty();
    }
  }

  private static Queues.Queue queue(String name) {
    return new Queues.Queue(name, new Owner("red", "somebody"));
  }

  @Test
  void a_port_that_is_taken_is_a_fault_of_the_settings() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var assembly =
            start(
                "MILLRACE_BUS_PORT=%d\nMILLRACE_STORAGE_DIRECTORY=%s"
                    .formatted(taken.getLocalPort(), folder.resolve("data")))) {
      assertThatThrownBy(() -> assembly.get(JobQueue.class))
          .isInstanceOf(Misconfigured.class)
          .hasMessageContaining("MILLRACE_BUS_PORT")
          .hasMessageContaining("is taken by another program");
    }
  }

  /** Reaches the code that makes TLS, which needs more libraries than plain HTTP. */
  @Test
  void an_account_that_does_not_answer_is_named() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String account =
        "AccountName=mill;AccountKey=a2V5;BlobEndpoint=https://127.0.0.1:" + port + "/mill";

    try (var assembly = start("MILLRACE_STORAGE_BLOB_CONNECTION_STRING=" + account + SECRET)) {
      assertThatThrownBy(() -> assembly.get(Storage.class))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("could not open container millrace of 127.0.0.1:" + port)
          .hasMessageContaining("Connection refused");
    }
  }

  @Test
  void a_connection_string_that_the_sdk_refuses_is_a_fault_of_the_settings() throws IOException {
    String malformed = "BlobEndpoint=mill;SharedAccessSignature=sv=1";

    try (var assembly = start("MILLRACE_STORAGE_BLOB_CONNECTION_STRING=" + malformed + SECRET)) {
      assertThatThrownBy(assembly::places)
          .isInstanceOf(Misconfigured.class)
          .hasMessageContaining("MILLRACE_STORAGE_BLOB_CONNECTION_STRING");
    }
  }

  @Test
  void lists_stand_in_one_line() throws IOException {
    var lines =
        """
        MILLRACE_QUEUES=red-jobs:red, blue-jobs:blue:robot
        MILLRACE_REPLY_TO_ALLOW=replies,team-*
        MILLRACE_BUS_LIMITS_JOBS=3
        MILLRACE_BUS_LOCK=5s
        """;
    try (var assembly = start(lines)) {
      assertThat(assembly.get(Queues.class).owner("red-jobs").name()).isEqualTo("queue:red-jobs");
      assertThat(assembly.get(Queues.class).owner("blue-jobs"))
          .isEqualTo(new Owner("blue", "robot"));
      assertThat(assembly.get(QueueSettings.class).replyTo().allows("team-x")).isTrue();
      assertThat(assembly.get(BusSettings.class).limits().jobs()).isEqualTo(3);
      assertThat(assembly.get(BusSettings.class).lock()).hasSeconds(5);
    }
  }

  @Test
  void with_nothing_set_there_is_one_queue() throws IOException {
    try (var assembly = start("MILLRACE_QUEUES=\nMILLRACE_REPLY_TO_ALLOW=")) {
      assertThat(assembly.get(Queues.class).queues())
          .extracting(Queues.Queue::name)
          .containsExactly("jobs");
    }
  }

  /** As the tests of the rooms have it, which make their own. */
  @Test
  void json_leaves_out_what_is_absent_and_keeps_what_is_empty() throws IOException {
    var entry = new Entry.Released(1, "", Instant.EPOCH);

    try (var assembly = start("")) {
      assertThat(assembly.get(ObjectMapper.class).writeValueAsString(entry))
          .isEqualTo(Json.MAPPER.writeValueAsString(entry))
          .contains("\"\"");
    }
  }

  @Test
  void code_runs_in_azure_when_a_pool_is_named_and_here_otherwise() throws IOException {
    try (var azure = start("MILLRACE_SESSIONS_ENDPOINT=https://pool.example/p");
        var here = start("MILLRACE_SESSIONS_LOCAL_MEMORY=")) {
      assertThat(azure.places()).contains(new Place("sessions", "built-in", "pool.example"));
      assertThat(here.places()).anyMatch(place -> place.kind().equals("local"));
      assertThat(here.get(SessionSettings.class).local().memory()).isEqualTo(2048);
    }
  }

  @Test
  void a_limit_that_is_no_number_is_named() {
    assertThatThrownBy(() -> start("MILLRACE_SESSIONS_LOCAL_MEMORY=lots"))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("MILLRACE_SESSIONS_LOCAL_MEMORY");
  }

  @Test
  void a_secret_is_made_once_and_kept_with_the_data() throws IOException {
    String data = "MILLRACE_STORAGE_DIRECTORY=" + folder.resolve("data");
    String made;

    try (var first = start(data)) {
      made = first.get(Secret.class).hash("part");
    }
    try (var second = start(data)) {
      assertThat(second.get(Secret.class).hash("part")).isEqualTo(made);
    }
    try (var other = start("MILLRACE_STORAGE_DIRECTORY=" + folder.resolve("other"))) {
      assertThat(other.get(Secret.class).hash("part")).isNotEqualTo(made);
    }
  }

  @Test
  void with_an_account_the_secret_has_to_be_set() throws IOException {
    String account = "MILLRACE_STORAGE_BLOB_ENDPOINT=https://mill.example/";

    assertThatThrownBy(() -> start(account))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("MILLRACE_SECRET");
    try (var set = start(account + SECRET)) {
      assertThat(set.get(Secret.class).hash("part")).isNotBlank();
    }
    assertThatThrownBy(() -> start("MILLRACE_SECRET=geheim"))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("too short")
        .hasMessageNotContaining("geheim");
  }

  private Assembly start(String line) throws IOException {
    return Assembly.start(Files.writeString(folder.resolve(".env"), line));
  }
}
