package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.Message;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.journal.ConversationEntry.Begun;
import dev.millrace.journal.ConversationEntry.Queued;
import dev.millrace.journal.ConversationEntry.Reset;
import dev.millrace.journal.ConversationEntry.Summary;
import dev.millrace.journal.ConversationEntry.Turn;
import dev.millrace.storage.CountingStorage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationLogTest {
  private static final ConversationRef REF = new ConversationRef("default", "analyst", "k1");
  private static final String LOG = "conversations/default/analyst/k1/log";

  private final SettableClock clock = new SettableClock();
  private final CountingStorage storage = new CountingStorage(clock);
  private final Journal journal = new Journal(storage, Json.MAPPER, clock, new Marks("r"));

  private ConversationLog open() {
    return journal.conversation(REF);
  }

  private static JobId job(int number) {
    return new JobId("j%06d".formatted(number));
  }

  private static Queued queued(int number) {
    return new Queued(job(number).value());
  }

  private static Turn turn(int number) {
    return turn(number, "said in turn " + number);
  }

  private static Turn turn(int number, String text) {
    return new Turn(job(number).value(), List.of(Message.user(text)), Usage.NONE, null);
  }

  private long length() {
    return storage.bytes(LOG).length;
  }

  @Test
  void a_new_conversation_has_nobody_in_line_and_no_past() {
    assertThat(open().head()).isEmpty();
    assertThat(open().turns()).isZero();
    assertThat(open().past()).isEqualTo(ConversationPast.NONE);
  }

  @Test
  void the_lowest_unfinished_job_is_the_head_whoever_finishes_first() {
    var log = open();
    log.append(queued(1));
    log.append(queued(2));
    log.append(queued(3));

    log.append(turn(2));
    assertThat(log.head()).contains(job(1));
    log.append(turn(1));
    assertThat(log.head()).contains(job(3));
    assertThat(log.unfinished(job(2))).isFalse();
    assertThat(log.turns()).isEqualTo(2);
    log.append(turn(3));
    assertThat(log.head()).isEmpty();
    assertThat(open().turns()).isEqualTo(3);
  }

  @Test
  void whoever_was_overtaken_is_refused_and_has_read_on() {
    var log = open();
    var other = open();
    other.append(queued(1));

    assertThat(log.append(queued(2))).isFalse();

    assertThat(log.head()).contains(job(1));
    assertThat(log.append(queued(2))).isTrue();
    other.refresh();
    assertThat(other.unfinished(job(2))).isTrue();
  }

  @Test
  void a_place_and_a_turn_can_be_taken_in_one_piece() {
    var log = open();
    log.append(queued(1));

    assertThat(log.append(queued(2), turn(2))).isTrue();

    assertThat(log.head()).contains(job(1));
    assertThat(log.everQueued(job(2))).isTrue();
    assertThat(log.turns()).isEqualTo(1);
  }

  @Test
  void a_place_is_remembered_however_long_ago() {
    var log = open();
    for (int i = 0; i < 300; i++) {
      log.append(queued(i), turn(i));
    }

    assertThat(open().everQueued(job(0))).isTrue();
    assertThat(open().everQueued(job(299))).isTrue();
    assertThat(open().everQueued(job(300))).isFalse();
  }

  /** What was appended since is for the next reading to see. */
  @Test
  void a_place_counts_only_as_far_as_the_log_has_been_read() {
    var log = open();
    open().append(queued(1));

    assertThat(log.everQueued(job(1))).isFalse();
    log.refresh();
    assertThat(log.everQueued(job(1))).isTrue();
  }

  @Test
  void a_snapshot_comes_with_every_sixty_fourth_entry_and_says_what_the_log_says() {
    var log = open();
    log.append(queued(1_000));
    log.append(queued(1_001));
    for (int i = 0; i < 100; i++) {
      log.append(queued(i));
      log.append(turn(i));
    }

    assertThat(new String(storage.bytes(LOG), StandardCharsets.UTF_8).split("\"Snapshot\""))
        .hasSize(1 + 202 / 64);
    var reopened = open();
    assertThat(reopened.head()).contains(job(1_000)).isEqualTo(log.head());
    assertThat(reopened.unfinished(job(1_001))).isTrue();
    assertThat(reopened.turns()).isEqualTo(100).isEqualTo(log.turns());
  }

  /** Else a long line would be written down again and again. */
  @Test
  void snapshots_of_a_long_line_are_as_far_apart_as_it_is_long() {
    var log = open();
    for (int i = 0; i < 5_000; i++) {
      log.append(queued(i));
    }

    int snapshots =
        new String(storage.bytes(LOG), StandardCharsets.UTF_8).split("\"Snapshot\"").length - 1;
    assertThat(snapshots).isBetween(5, 10);
    assertThat(open().head()).contains(job(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 3_000, 30_000})
  void opening_reads_from_the_last_snapshot_on_however_long_the_log_is(int size) {
    var log = open();
    for (int i = 0; i < 200; i++) {
      log.append(queued(i));
      log.append(turn(i, "x".repeat(size)));
    }
    long whole = length();
    long last = new String(storage.bytes(LOG), StandardCharsets.UTF_8).lastIndexOf("\"Snapshot\"");
    long sinceSnapshot = whole - last;

    long before = storage.bytesRead();
    assertThat(open().turns()).isEqualTo(200);
    long read = storage.bytesRead() - before;

    // pieces of the end, each twice the one before, until one holds the snapshot; then from there
    assertThat(read).isLessThan(4 * Math.max(sinceSnapshot, 64 << 10) + sinceSnapshot + 1000);
    if (whole > 10 * sinceSnapshot && whole > 640 << 10) {
      assertThat(read).isLessThan(whole);
    }
  }

  @Test
  void a_large_turn_behind_the_snapshot_does_not_hide_it() {
    var log = open();
    for (int i = 0; i < 64; i++) {
      log.append(queued(i), turn(i));
    }
    log.append(queued(64), turn(64, "y".repeat(150_000)));
    log.append(queued(65));

    var reopened = open();
    assertThat(reopened.turns()).isEqualTo(65);
    assertThat(reopened.head()).contains(job(65));
  }

  @Test
  void a_turn_too_large_for_a_line_comes_back_with_the_past() {
    open().append(queued(1), turn(1, "z".repeat(300_000)));

    assertThat(open().past().messages()).containsExactly(Message.user("z".repeat(300_000)));
    assertThat(length()).isLessThan(1_000);
  }

  @Test
  void the_past_is_what_was_said_in_the_order_of_the_turns() {
    var log = open();
    log.append(queued(1));
    log.append(queued(2));
    log.append(
        new Turn(
            job(1).value(),
            List.of(Message.user("a"), Message.assistant("b", List.of())),
            Usage.NONE,
            Map.of("session", "s1")));
    log.append(turn(2, "c"));

    assertThat(open().past())
        .isEqualTo(
            new ConversationPast(
                List.of(Message.user("a"), Message.assistant("b", List.of()), Message.user("c")),
                Map.of("session", "s1"),
                List.of(job(1), job(2))));
  }

  @Test
  void a_summary_stands_for_everything_before() {
    var log = open();
    log.append(queued(1), turn(1, "a"));
    log.append(new Summary(1, "They spoke of a.", List.of(job(1).value())));
    log.append(queued(2), turn(2, "b"));

    assertThat(open().past().messages())
        .containsExactly(Message.user("They spoke of a."), Message.user("b"));
  }

  @Test
  void a_reset_forgets_what_was_said_but_not_who_waits() {
    var log = open();
    log.append(queued(1));
    log.append(queued(2));
    log.append(
        new Turn(job(1).value(), List.of(Message.user("a")), Usage.NONE, Map.of("session", "s1")));
    log.append(new Reset("alice"));

    assertThat(open().past()).isEqualTo(ConversationPast.NONE);
    assertThat(open().head()).contains(job(2));
    assertThat(open().turns()).isEqualTo(1);
  }

  @Test
  void whose_it_is_and_what_was_reset_survive_snapshots() {
    var log = open();
    log.append(new Begun("alice", "user-123", SettableClock.NOON));
    String first = log.life();
    log.append(queued(1));
    log.append(new Reset("alice"));
    log.append(queued(2));
    for (int i = 100; i < 300; i++) {
      log.append(queued(i), turn(i));
    }

    var read = open();
    assertThat(read.begun().orElseThrow().name()).isEqualTo("user-123");
    assertThat(read.life()).isNotEqualTo(first).isEqualTo(log.life());
    assertThat(read.resetUnder(job(1))).isTrue();
    assertThat(read.resetUnder(job(2))).isFalse();
    read.append(turn(1));
    assertThat(open().resetUnder(job(1))).isFalse();
  }

  @Test
  void what_was_said_is_told_whole_also_where_it_is_told_in_short() {
    var log = open();
    log.append(queued(1), turn(1, "forgotten"), new Reset("alice"));
    log.append(queued(2), turn(2, "a"));
    log.append(new Summary(2, "They spoke of a.", List.of()), queued(3), turn(3, "b"));

    assertThat(open().said())
        .extracting(said -> said.messages().getFirst().text())
        .containsExactly("a", "b");
  }

  /** Who only looks leaves nothing behind. */
  @Test
  void looking_for_a_conversation_does_not_create_it() {
    assertThat(open().begun()).isEmpty();
    assertThat(open().past()).isEqualTo(ConversationPast.NONE);

    assertThat(storage.names()).isEmpty();
  }

  @Test
  void the_past_survives_snapshots() {
    var log = open();
    for (int i = 0; i < 200; i++) {
      log.append(queued(i), turn(i));
    }

    assertThat(open().past().messages()).hasSize(200).startsWith(Message.user("said in turn 0"));
  }

  /**
   * Two windows of 64 turns each. A turn is two entries, so that each window holds exactly two
   * snapshots, and the averages can be compared.
   */
  @Test
  void turn_1000_costs_no_more_writing_than_turn_10() {
    var log = open();
    long early = 0;
    long late = 0;
    for (int i = 1; i <= 1_000; i++) {
      long before = storage.bytesAppended();
      log.append(queued(i));
      log.append(turn(i, "the same words in every turn"));
      long cost = storage.bytesAppended() - before;
      early += i > 9 && i <= 9 + 64 ? cost : 0;
      late += i > 1_000 - 64 ? cost : 0;
    }

    assertThat(late / 64).isLessThanOrEqualTo(early / 64 + 1); // a count has two digits more
  }

  /** Who stands in line cannot be told from a log that is only half understood. */
  @Test
  void a_conversation_that_a_later_version_wrote_to_is_left_alone() {
    var log = open();
    log.append(queued(1));
    String json =
        "{\"schema\":1,\"type\":\"Forked\",\"recordId\":\"r\",\"at\":\"2026-11-21T12:00:00Z\"}";
    var crc = new CRC32C();
    crc.update(json.getBytes(StandardCharsets.UTF_8));
    storage.append(
        LOG,
        length(),
        "%08x %s\n".formatted(crc.getValue(), json).getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(this::open).isInstanceOf(Unavailable.class).hasMessageContaining("Forked");
    assertThatThrownBy(log::refresh).isInstanceOf(Unavailable.class);
    assertThatThrownBy(log::past).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> log.append(turn(1))).isInstanceOf(Unavailable.class);
  }
}
