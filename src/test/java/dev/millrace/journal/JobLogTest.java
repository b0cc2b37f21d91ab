package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class JobLogTest {
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));
  private static final String LOG = "jobs/default/j1/log";

  private boolean losesAnswers;
  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage =
      new MemoryStorage(clock) {
        @Override
        public Append append(String name, long position, byte[] bytes) {
          Append answer = super.append(name, position, bytes);
          return losesAnswers ? super.append(name, position, bytes) : answer;
        }
      };
  private final Journal ours = new Journal(storage, Json.MAPPER, clock, new Marks("ours"));
  private final Journal theirs = new Journal(storage, Json.MAPPER, clock, new Marks("theirs"));

  private void laterVersionWrites() {
    String json =
        "{\"schema\":2,\"type\":\"Claimed\",\"recordId\":\"r\",\"at\":\"2026-11-21T12:00:00Z\"}";
    var crc = new CRC32C();
    crc.update(json.getBytes(StandardCharsets.UTF_8));
    storage.append(
        LOG,
        storage.bytes(LOG).length,
        "%08x %s\n".formatted(crc.getValue(), json).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_log_that_nobody_made_does_not_exist() {
    var log = ours.job(JOB);

    assertThat(log.exists()).isFalse();
    assertThat(log.corrupt()).isEmpty();
    assertThatThrownBy(log::state).hasMessageContaining("default/j1");
  }

  @Test
  void an_empty_log_counts_as_absent() {
    assertThat(ours.create(JOB).exists()).isFalse();
    assertThat(ours.job(JOB).exists()).isFalse();
  }

  @Test
  void what_one_writes_another_reads() {
    var log = ours.create(JOB);
    assertThat(log.append(Entries.submitted())).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(log.append(Entries.claimed(1, false), Entries.answers(1))).isTrue();

    var read = theirs.job(JOB);
    assertThat(read.position()).isEqualTo(log.position()).isEqualTo(storage.bytes(LOG).length);
    assertThat(read.state().steps()).isEqualTo(log.state().steps()).hasSize(1);
    assertThat(read.state().createdAt()).isEqualTo(SettableClock.NOON);
    assertThat(read.state().startedAt()).contains(SettableClock.NOON.plusSeconds(1));
  }

  @Test
  void creating_what_exists_reads_it() {
    ours.create(JOB).append(Entries.submitted());

    assertThat(theirs.create(JOB).exists()).isTrue();
  }

  @Test
  void whoever_read_too_little_is_refused_and_has_read_on() {
    var log = ours.create(JOB);
    log.append(Entries.submitted());
    var other = theirs.job(JOB);
    other.append(Entries.claimed(1, false));

    assertThat(log.append(Entries.claimed(1, false))).isFalse();

    assertThat(log.state().attempts().epoch()).isEqualTo(1);
    assertThat(log.position()).isEqualTo(other.position());
    assertThat(log.append(Entries.claimed(2, false))).isTrue();
  }

  @Test
  void a_write_whose_answer_was_lost_is_recognised_as_one_s_own() {
    var log = ours.create(JOB);
    losesAnswers = true;

    assertThat(log.append(Entries.submitted())).isTrue();
    assertThat(log.append(Entries.claimed(1, false), Entries.answers(1))).isTrue();

    assertThat(log.state().steps()).hasSize(1);
    assertThat(theirs.job(JOB).state().steps()).hasSize(1);
  }

  @Test
  void a_write_whose_answer_was_lost_is_found_behind_a_stranger_s_as_well() {
    var log = ours.create(JOB);
    log.append(Entries.submitted());
    var storageWithWitness =
        new MemoryStorage(clock) {
          @Override
          public Append append(String name, long position, byte[] bytes) {
            storage.append(name, position, bytes);
            theirs.job(JOB).append(new Entry.CancelRequested("bob"));
            return new Append.Refused();
          }

          @Override
          public java.util.Optional<java.io.InputStream> open(String name, long from, long length) {
            return storage.open(name, from, length);
          }
        };
    var unlucky =
        new Journal(storageWithWitness, Json.MAPPER, clock, new Marks("unlucky")).job(JOB);

    assertThat(unlucky.append(Entries.claimed(1, false))).isTrue();

    assertThat(unlucky.state().cancelRequested()).isTrue();
    assertThat(unlucky.state().attempts().epoch()).isEqualTo(1);
  }

  @Test
  void what_is_true_regardless_is_written_behind_whatever_came() {
    var log = ours.create(JOB);
    log.append(Entries.submitted());
    theirs.job(JOB).append(new Entry.CancelRequested("bob"));

    log.record(new Entry.Enqueued("j1"));

    assertThat(ours.job(JOB).state().enqueued()).isTrue();
    assertThat(ours.job(JOB).state().cancelRequested()).isTrue();
  }

  @Test
  void writing_to_a_deleted_log_makes_no_new_one() {
    var log = ours.create(JOB);
    storage.delete(LOG);

    assertThatThrownBy(() -> log.append(Entries.submitted()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining(LOG);
    assertThat(storage.names()).isEmpty();
  }

  @Test
  void a_log_that_a_later_version_wrote_to_is_left_alone() {
    var log = ours.create(JOB);
    log.append(Entries.submitted());
    laterVersionWrites();
    byte[] before = storage.bytes(LOG);

    assertThat(log.append(Entries.claimed(1, false))).isFalse();
    assertThat(log.newer()).isPresent();
    assertThatThrownBy(() -> log.append(Entries.claimed(1, false)))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("later version");
    assertThatThrownBy(() -> log.record(new Entry.Enqueued("j1"))).isInstanceOf(Unavailable.class);
    assertThat(storage.bytes(LOG)).isEqualTo(before);
  }

  /** Its entry may well be a claim. */
  @Test
  void a_worker_that_a_later_version_overtook_is_fenced() {
    var log = ours.create(JOB);
    log.append(Entries.submitted(), Entries.claimed(1, false));
    var claim = new Claim(log, 1, () -> true, () -> false);
    laterVersionWrites();

    assertThatThrownBy(claim::lookWhileWaiting)
        .isInstanceOfSatisfying(
            Halt.class, halt -> assertThat(halt.why()).isEqualTo(Halt.Why.FENCED));
    assertThatThrownBy(() -> claim.append(Entries.answers(1))).isInstanceOf(Halt.class);
    assertThat(ours.job(JOB).state().steps()).isEmpty();
  }

  @Test
  void a_damaged_submission_is_told_from_a_missing_one() {
    ours.create(JOB).append(Entries.submitted());
    byte[] bytes = storage.bytes(LOG);
    bytes[30] ^= 1;
    storage.damage(LOG, bytes);

    assertThat(ours.job(JOB).exists()).isFalse();
    assertThat(ours.job(JOB).corrupt())
        .hasValueSatisfying(what -> assertThat(what).contains("checksum"));
  }

  @Test
  void a_damaged_step_is_reported_and_the_rest_is_known() {
    var log = ours.create(JOB);
    log.append(Entries.submitted());
    long position = log.position();
    log.append(Entries.claimed(1, false));
    byte[] bytes = storage.bytes(LOG);
    bytes[(int) position + 30] ^= 1;
    storage.damage(LOG, bytes);

    var read = ours.job(JOB);
    assertThat(read.exists()).isTrue();
    assertThat(read.corrupt().orElseThrow()).contains("byte " + position);
  }

  @Test
  void silence_is_told_by_the_store_s_clock() {
    var log = ours.create(JOB);
    log.append(Entries.submitted());
    clock.advance(Duration.ofSeconds(42));
    theirs.create(new JobRef("default", new JobId("j10")));

    assertThat(log.silence()).isEqualTo(Duration.ofSeconds(42));
    assertThat(ours.job(new JobRef("default", new JobId("j9"))).silence()).isZero();
  }
}
