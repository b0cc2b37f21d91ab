package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.SettableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobIdTest {
  private static final String OF_MESSAGE = "17a3ed0c1c770c20eadd07d9c9d28386";
  private static final String OF_KEY = "7831b4c823442e2255c43b02b4d42bea";

  /** Producers compute these ids themselves: the values never change. */
  @Test
  void a_message_s_id_can_be_computed_by_its_producer() {
    assertThat(JobId.ofMessage("default", "jobs", "order-77")).hasToString(OF_MESSAGE);
    assertThat(JobId.ofMessage("default", "jobs", "bestellung-ü-7"))
        .hasToString("b0cb5935e90eb23105089c41f3190f39");
  }

  @Test
  void a_key_s_id_can_be_computed_by_its_caller() {
    assertThat(JobId.ofKey(new Owner("default", "alice"), "order-77")).hasToString(OF_KEY);
  }

  @Test
  void the_page_about_it_names_the_same_values() throws Exception {
    assertThat(Files.readString(Path.of("docs/job-id.md"))).contains(OF_MESSAGE, OF_KEY);
  }

  @Test
  void parts_do_not_run_into_each_other() {
    assertThat(JobId.ofMessage("default", "jobs", "1x"))
        .isNotEqualTo(JobId.ofMessage("default", "jobs1", "x"))
        .isNotEqualTo(JobId.ofMessage("defaultj", "obs", "1x"))
        .isNotEqualTo(JobId.ofKey(new Owner("default", "jobs"), "1x"));
  }

  @Test
  void a_new_id_sorts_after_every_earlier_one() {
    var random = new Random(1);
    var ids = new ArrayList<JobId>();
    for (int i = 0; i < 1000; i++) {
      ids.add(JobId.timeOrdered(SettableClock.NOON.plusMillis(i * i), random));
    }

    assertThat(ids).isSorted();
    assertThat(ids.getFirst().value()).hasSize(26);
  }

  @Test
  void new_ids_of_one_moment_differ() {
    var random = new Random(1);
    var ids = new HashSet<JobId>();
    for (int i = 0; i < 10_000; i++) {
      ids.add(JobId.timeOrdered(SettableClock.NOON, random));
    }

    assertThat(ids).hasSize(10_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "../x", "a/b", "a.b", "a b", "%2e", "ä", "a\n", "a\u0000", "１"})
  void what_is_no_id_is_refused(String text) {
    assertThatThrownBy(() -> new JobId(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_id_has_at_most_64_characters() {
    assertThat(new JobId("a".repeat(64)).value()).hasSize(64);
    assertThatThrownBy(() -> new JobId("a".repeat(65)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
