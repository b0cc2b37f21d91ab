package dev.millrace.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.SettableClock;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));

  @Test
  void everything_of_a_job_lies_in_its_folder() {
    String owner = Layout.job(JOB);

    assertThat(owner).isEqualTo("jobs/default/j1/");
    assertThat(Layout.log(owner)).isEqualTo("jobs/default/j1/log");
    assertThat(Layout.file(owner, "abc")).isEqualTo("jobs/default/j1/files/abc");
  }

  @Test
  void a_conversation_lies_under_its_agent() {
    assertThat(Layout.conversation(new ConversationRef("default", "analyst", "k1"), 0))
        .isEqualTo("conversations/default/analyst/k1/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../..", "", "a/b", "Analyst", "ä", "a.", "%"})
  void whatever_an_agent_or_an_upload_is_called_its_names_can_be_stored(String text) {
    var conversation = Layout.conversation(new ConversationRef("default", text, "k1"), 0);
    var upload = Layout.upload("default", text);

    assertThat(Names.check(Layout.log(conversation)).split("/")).hasSize(5);
    assertThat(Names.check(upload + "sha").split("/")).hasSize(4);
  }

  @Test
  void an_open_job_is_read_back_from_its_name() {
    assertThat(Layout.open(JOB)).isEqualTo("open/default/j1");
    assertThat(Layout.opened(Layout.open(JOB))).contains(JOB);
  }

  @ParameterizedTest
  @ValueSource(strings = {"open/x", "open/", "open/a/b/c", "open//j1", "open/default/a.tmp"})
  void what_is_no_open_job_is_none(String name) {
    assertThat(Layout.opened(name)).isEmpty();
  }

  @Test
  void later_jobs_come_first() {
    var names =
        Stream.of(0L, 1L, 999L, 86_400_000L, 365L * 86_400_000L * 100)
            .map(ms -> Layout.recent(JOB, SettableClock.NOON.plusMillis(ms)))
            .toList();

    assertThat(names.reversed()).isSorted();
    assertThat(names.getFirst()).matches("recent/default/[0-9]{13}-j1");
  }

  @Test
  void names_are_the_same_in_every_language() {
    var usual = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));

      assertThat(Names.check(Layout.recent(JOB, SettableClock.NOON)))
          .startsWith("recent/default/8");
    } finally {
      Locale.setDefault(usual);
    }
  }

  @Test
  void a_deleted_job_leaves_its_outcome_under_its_id() {
    assertThat(Layout.gone(JOB)).isEqualTo("gone/default/j1");
  }
}
