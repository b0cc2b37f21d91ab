package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.storage.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class LogFormatTest {
  private static final String OWNER = "jobs/default/j1/";
  private static final String LOG = OWNER + "log";
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = new MemoryStorage(clock);
  private final Journal journal = new Journal(storage, Json.MAPPER, clock, new Marks("w"));
  private final LogFormat<Entry> format = journal.entries();

  private static Line<Entry> line(Entry entry) {
    return new Line<>("r1", SettableClock.NOON, entry);
  }

  private byte[] written(Entry... entries) {
    return format.write(storage, OWNER, Arrays.stream(entries).map(LogFormatTest::line).toList());
  }

  private LogFormat.Reading<Entry> read(byte[] bytes) {
    return format.read(storage, OWNER, bytes);
  }

  private static byte[] line(String json) {
    byte[] payload = json.getBytes(StandardCharsets.UTF_8);
    var crc = new CRC32C();
    crc.update(payload);
    return "%08x %s\n".formatted(crc.getValue(), json).getBytes(StandardCharsets.UTF_8);
  }

  /** Logs outlive versions: this line never changes. */
  @Test
  void a_line_is_written_as_ever() {
    assertThat(written(new Entry.CancelRequested("alice")))
        .asString()
        .isEqualTo(
            "0c539dee {\"schema\":1,\"type\":\"CancelRequested\",\"recordId\":\"r1\","
                + "\"at\":\"2026-11-21T12:00:00Z\",\"entry\":{\"by\":\"alice\"}}\n");
  }

  @Test
  void what_was_written_is_read() {
    Entry[] entries = {
      Entries.submitted(), Entries.claimed(1, false), Entries.asks(1, 2), Entries.ran(2, "c1")
    };

    var reading = read(written(entries));

    assertThat(reading.lines()).extracting(Line::entry).containsExactly(entries);
    assertThat(reading.newer()).isNull();
    assertThat(reading.corrupt()).isNull();
  }

  @Test
  void every_flipped_bit_is_found_and_no_entry_is_wrong() {
    byte[] sound = written(Entries.submitted(), Entries.claimed(1, false), Entries.asks(1, 1));
    Set<Line<Entry>> truth = Set.copyOf(read(sound).lines());

    for (int bit = 0; bit < 8 * sound.length; bit++) {
      byte[] damaged = sound.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));

      var reading = read(damaged);

      assertThat(reading.corrupt()).as("bit %d", bit).isNotNull();
      assertThat(reading.newer()).as("bit %d", bit).isNull();
      assertThat(truth).as("bit %d", bit).containsAll(reading.lines());
    }
  }

  @Test
  void every_cut_is_found() {
    byte[] sound = written(Entries.submitted(), Entries.claimed(1, false));
    int first = written(Entries.submitted()).length;

    for (int length = 1; length < sound.length; length++) {
      var reading = read(Arrays.copyOf(sound, length));

      assertThat(reading.corrupt() == null).as("cut at %d", length).isEqualTo(length == first);
    }
  }

  @Test
  void what_follows_a_damaged_line_is_still_read() {
    byte[] bytes = written(Entries.submitted(), Entries.claimed(1, false), Entries.answers(1));
    bytes[written(Entries.submitted()).length + 20] ^= 1;

    assertThat(read(bytes).lines())
        .extracting(Line::entry)
        .containsExactly(Entries.submitted(), Entries.answers(1));
  }

  @Test
  void a_large_entry_becomes_a_file_and_comes_back() {
    var large =
        new Entry.ToolDone(
            2, "c1", ToolOutcome.of("x".repeat(LogFormat.LARGEST_IN_LINE)), List.of(), false, null);

    byte[] bytes = written(large);

    assertThat(bytes.length).isLessThan(300);
    assertThat(storage.names()).hasSize(1).allMatch(name -> name.startsWith(OWNER + "files/"));
    assertThat(read(bytes).lines()).containsExactly(line(large));
  }

  @Test
  void an_entry_just_small_enough_stays_in_its_line() {
    int frame = "{\"by\":\"\"}".length();
    var largest = new Entry.CancelRequested("x".repeat(LogFormat.LARGEST_IN_LINE - frame));
    var larger = new Entry.CancelRequested("x".repeat(LogFormat.LARGEST_IN_LINE - frame + 1));

    assertThat(written(largest).length).isGreaterThan(LogFormat.LARGEST_IN_LINE);
    assertThat(storage.names()).isEmpty();
    assertThat(written(larger).length).isLessThan(300);
    assertThat(storage.names()).hasSize(1);
  }

  @Test
  void a_damaged_file_of_a_large_entry_is_found() {
    var large = new Entry.CancelRequested("x".repeat(LogFormat.LARGEST_IN_LINE));
    byte[] bytes = written(large);
    String file = storage.names().getFirst();
    byte[] damaged = storage.bytes(file);
    damaged[1000] = 'y';
    storage.damage(file, damaged);

    var reading = read(bytes);

    assertThat(reading.lines()).isEmpty();
    assertThat(reading.corrupt()).contains(file).contains("hash");
  }

  @Test
  void a_missing_file_of_a_large_entry_may_come_back() {
    byte[] bytes = written(new Entry.CancelRequested("x".repeat(LogFormat.LARGEST_IN_LINE)));
    storage.delete(storage.names().getFirst());

    assertThatThrownBy(() -> read(bytes)).isInstanceOf(Unavailable.class);
  }

  /** A model's arguments may nest deeper than a tree can be written. */
  @Test
  void an_entry_nests_as_deep_as_a_request_may() {
    Object nested = 1;
    for (int i = 0; i < 100; i++) {
      nested = i % 2 == 0 ? Map.of("a", nested) : List.of(nested);
    }
    var entry =
        new Entry.ModelDone(
            1,
            "m",
            Message.assistant("", List.of(ToolCall.of("c", "t", Map.of("a", nested)))),
            Usage.NONE,
            null,
            0,
            null);

    assertThat(read(written(entry)).lines()).containsExactly(line(entry));
  }

  @Test
  void an_entry_of_an_unknown_type_is_a_later_version_s() {
    var reading =
        read(
            line(
                "{\"schema\":1,\"type\":\"Paused\",\"recordId\":\"r\","
                    + "\"at\":\"2026-11-21T12:00:00Z\",\"entry\":{}}"));

    assertThat(reading.lines()).isEmpty();
    assertThat(reading.newer()).contains("Paused");
    assertThat(reading.corrupt()).isNull();
  }

  @Test
  void an_entry_of_a_higher_schema_is_a_later_version_s() {
    var reading =
        read(
            line(
                "{\"schema\":2,\"type\":\"CancelRequested\",\"recordId\":\"r\","
                    + "\"at\":\"2026-11-21T12:00:00Z\",\"entry\":{\"by\":\"x\"}}"));

    assertThat(reading.lines()).isEmpty();
    assertThat(reading.newer()).contains("schema 2");
  }

  /** Its checksum holds: it is what somebody wrote, and no damage. */
  @Test
  void an_entry_with_a_word_of_a_later_version_is_a_later_version_s() {
    var reading =
        read(
            line(
                "{\"schema\":1,\"type\":\"Published\",\"recordId\":\"r\",\"at\":"
                    + "\"2026-11-21T12:00:00Z\",\"entry\":{\"messageId\":\"m\",\"target\":\"t\","
                    + "\"outcome\":\"postponed\"}}"));

    assertThat(reading.newer()).contains("postponed");
    assertThat(reading.corrupt()).isNull();
  }

  @Test
  void nothing_behind_a_later_version_s_entry_is_guessed_at() {
    var bytes = new ArrayList<byte[]>();
    bytes.add(written(Entries.submitted()));
    bytes.add(
        line("{\"schema\":2,\"type\":\"X\",\"recordId\":\"r\",\"at\":\"2026-11-21T12:00:00Z\"}"));
    bytes.add(written(Entries.claimed(1, false)));
    var all = new java.io.ByteArrayOutputStream();
    bytes.forEach(all::writeBytes);

    assertThat(read(all.toByteArray()).lines())
        .extracting(Line::entry)
        .containsExactly(Entries.submitted());
  }

  @Test
  void unknown_fields_of_a_header_are_passed_over() {
    var reading =
        read(
            line(
                "{\"later\":1,\"schema\":1,\"type\":\"CancelRequested\",\"recordId\":\"r1\","
                    + "\"at\":\"2026-11-21T12:00:00Z\",\"entry\":{\"by\":\"alice\"}}"));

    assertThat(reading.lines()).containsExactly(line(new Entry.CancelRequested("alice")));
  }

  @Test
  void the_last_line_of_a_type_is_found_from_the_middle_of_a_line_too() {
    byte[] before = written(Entries.submitted(), new Entry.CancelRequested("first"));
    byte[] all =
        written(
            Entries.submitted(),
            new Entry.CancelRequested("first"),
            new Entry.CancelRequested("last"),
            Entries.claimed(1, false));

    assertThat(format.lastOf(Entry.CancelRequested.class, all)).isEqualTo(before.length);
    assertThat(format.lastOf(Entry.CancelRequested.class, Arrays.copyOfRange(all, 7, all.length)))
        .isEqualTo(before.length - 7);
    assertThat(format.lastOf(Entry.Ended.class, all)).isEqualTo(-1);
    assertThat(format.lastOf(Entry.Ended.class, new byte[0])).isEqualTo(-1);
  }

  @Test
  void a_log_can_be_read_with_any_pager() {
    var log = journal.create(JOB);
    log.append(Entries.submitted(), Entries.claimed(1, false));

    assertThat(new String(storage.bytes(LOG), StandardCharsets.UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> line.matches("[0-9a-f]{8} \\{.*}"));
    assertThat(
            new String(storage.bytes(LOG), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceAll(".*\"type\":\"(\\w+)\".*", "$1"))
                .collect(Collectors.joining(" ")))
        .isEqualTo("Submitted Claimed");
  }
}
