package dev.millrace.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.storage.Storage.Append;
import dev.millrace.storage.Storage.Stat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises. A subclass says which store. */
public abstract class StorageContract {
  private static final int RACERS = 8;

  /** An open store, empty when the test begins, the same one throughout the test. */
  protected abstract Storage storage();

  @Test
  void a_new_log_is_empty_and_present() throws IOException {
    assertThat(storage().create("jobs/a/log")).isTrue();

    assertThat(storage().stat("jobs/a/log")).map(Stat::length).contains(0L);
    assertThat(text("jobs/a/log")).contains("");
    assertThat(names("jobs/")).containsExactly("jobs/a/log");
  }

  @Test
  void what_is_not_there_is_absent_and_not_an_error() {
    assertThat(storage().stat("jobs/a/log")).isEmpty();
    assertThat(storage().open("jobs/a/log", 0, 10)).isEmpty();
    assertThat(storage().append("jobs/a/log", 0, bytes("x"))).isEqualTo(new Append.Missing());
    storage().delete("jobs/a/log");
    storage().deleteAll("jobs/a/");
    assertThat(names("jobs/")).isEmpty();
  }

  @Test
  void a_log_is_created_once() throws IOException {
    storage().create("log");
    storage().append("log", 0, bytes("kept"));

    assertThat(storage().create("log")).isFalse();

    assertThat(text("log")).contains("kept");
  }

  @Test
  void appends_join_in_order() throws IOException {
    storage().create("log");

    assertThat(storage().append("log", 0, bytes("one,"))).isEqualTo(new Append.Done(4));
    assertThat(storage().append("log", 4, bytes("two,"))).isEqualTo(new Append.Done(8));
    assertThat(storage().append("log", 8, bytes("three"))).isEqualTo(new Append.Done(13));

    assertThat(text("log")).contains("one,two,three");
    assertThat(storage().stat("log")).map(Stat::length).contains(13L);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 5, 1000})
  void an_append_at_another_position_is_refused(long position) throws IOException {
    storage().create("log");
    storage().append("log", 0, bytes("1234"));

    assertThat(storage().append("log", position, bytes("x"))).isEqualTo(new Append.Refused());

    assertThat(text("log")).contains("1234");
  }

  @Test
  void of_any_number_of_writers_at_one_position_one_wins() throws Exception {
    storage().create("log");
    long end = 0;
    for (int round = 0; round < 10; round++) {
      long position = end;
      List<Append> answers =
          race(racer -> storage().append("log", position, bytes("writer " + racer)));

      assertThat(answers).filteredOn(Append.Done.class::isInstance).hasSize(1);
      assertThat(answers).filteredOn(Append.Refused.class::isInstance).hasSize(RACERS - 1);
      end += 8;
      assertThat(storage().stat("log")).map(Stat::length).contains(end);
    }
  }

  @Test
  void of_any_number_of_creators_one_wins() throws Exception {
    List<Boolean> answers = race(racer -> storage().create("jobs/a/log"));

    assertThat(answers).filteredOn(won -> won).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 100_000})
  void of_any_number_of_putters_one_wins_and_its_bytes_stay(int length) throws Exception {
    List<Boolean> answers =
        race(
            racer -> {
              byte[] own = new byte[length];
              Arrays.fill(own, (byte) racer);
              return storage().putIfAbsent("blob", new ByteArrayInputStream(own), length);
            });

    assertThat(answers).filteredOn(won -> won).hasSize(1);
    byte[] winner = new byte[length];
    Arrays.fill(winner, (byte) answers.indexOf(true));
    assertThat(read("blob", 0, Long.MAX_VALUE)).contains(winner);
  }

  @Test
  void a_blob_is_put_once() throws IOException {
    put("blob", "first");

    assertThat(storage().putIfAbsent("blob", new ByteArrayInputStream(bytes("later")), 5))
        .isFalse();

    assertThat(text("blob")).contains("first");
  }

  @Test
  void a_name_is_taken_whatever_took_it() throws IOException {
    storage().create("log");
    put("blob", "b");

    assertThat(storage().putIfAbsent("log", new ByteArrayInputStream(bytes("x")), 1)).isFalse();
    assertThat(storage().create("blob")).isFalse();
    assertThatThrownBy(() -> storage().append("blob", 1, bytes("x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("blob");
    assertThat(text("blob")).contains("b");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100_000, 9_000_000})
  void a_stream_that_ends_early_stores_nothing(int length) {
    var early = new ByteArrayInputStream(new byte[length - 1]);

    assertThatThrownBy(() -> storage().putIfAbsent("blob", early, length))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("blob");

    assertThat(storage().stat("blob")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100_000, 9_000_000})
  void a_stream_that_fails_stores_nothing(int length) {
    InputStream broken = new RandomBytes(1, length / 2, true);

    assertThatThrownBy(() -> storage().putIfAbsent("blob", broken, length))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(storage().stat("blob")).isEmpty();
  }

  @Test
  void only_the_length_named_is_taken_of_a_longer_stream() throws IOException {
    assertThat(storage().putIfAbsent("blob", new ByteArrayInputStream(bytes("12345")), 3)).isTrue();

    assertThat(text("blob")).contains("123");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, 0123456789",
    "0, 1, 0",
    "0, 0, ''",
    "3, 4, 3456",
    "9, 1, 9",
    "9, 100, 9",
    "4, 9223372036854775807, 456789",
    "10, 1, ''",
    "11, 1, ''",
    "1000000, 5, ''",
  })
  void a_range_is_cut_at_the_end(long from, long length, String expected) throws IOException {
    put("blob", "0123456789");
    storage().create("log");
    storage().append("log", 0, bytes("01234"));
    storage().append("log", 5, bytes("56789"));

    assertThat(read("blob", from, length)).contains(bytes(expected));
    assertThat(read("log", from, length)).contains(bytes(expected));
  }

  @Test
  void a_reader_sees_a_prefix_while_a_log_grows() throws Exception {
    storage().create("log");
    String line = "0123456789abcdef".repeat(20) + "\n";
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writer =
          threads.submit(
              () -> {
                for (int i = 0; i < 50; i++) {
                  storage().append("log", (long) i * line.length(), bytes(line));
                }
                return true;
              });
      int seen = 0;
      while (seen < 50) {
        String now = text("log").orElseThrow();
        assertThat(now.length() % line.length()).isZero();
        assertThat(now).isEqualTo(line.repeat(now.length() / line.length()));
        assertThat(now.length() / line.length()).isGreaterThanOrEqualTo(seen);
        seen = now.length() / line.length();
      }
      writer.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void a_deleted_name_is_free_again() throws IOException {
    storage().create("a/log");
    storage().append("a/log", 0, bytes("old"));
    storage().delete("a/log");

    assertThat(storage().stat("a/log")).isEmpty();
    assertThat(names("")).isEmpty();
    assertThat(storage().create("a/log")).isTrue();
    assertThat(text("a/log")).contains("");
    storage().delete("a/log");
    put("a/log", "now a blob");
    assertThat(text("a/log")).contains("now a blob");
  }

  @Test
  void everything_below_a_prefix_goes_and_nothing_else() {
    for (String name : List.of("a/b/1", "a/b/c/2", "a/b/c/d/3", "a/b", "a/bc", "a/b-/4", "a/c/5")) {
      put(name, name);
    }

    storage().deleteAll("a/b/");

    assertThat(names("")).containsExactly("a/b", "a/b-/4", "a/bc", "a/c/5");
    storage().deleteAll("a/b/");
    assertThatThrownBy(() -> storage().deleteAll("a/b"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().deleteAll("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_name_may_also_be_the_beginning_of_others() throws IOException {
    storage().create("a/b");
    storage().append("a/b", 0, bytes("log"));
    put("a/b/c", "below");
    put("x/y/z", "below");
    put("x/y", "above");

    assertThat(text("a/b")).contains("log");
    assertThat(text("a/b/c")).contains("below");
    assertThat(text("x/y")).contains("above");
    storage().delete("a/b");
    assertThat(names("")).containsExactly("a/b/c", "x/y", "x/y/z");
  }

  @Test
  void names_come_in_the_order_of_their_bytes() {
    List<String> names =
        List.of(
            "a%41",
            "a", "a-b", "a.b", "a/b", "a/b%2f", "a/b/c", "a0", "aA", "a_", "aa", "a~", "B", "Z/z",
            "a%2fb");
    for (String name : names) {
      put(name, name);
    }

    assertThat(names("")).containsExactlyElementsOf(names.stream().sorted().toList());
    assertThat(names("a/")).containsExactly("a/b", "a/b%2f", "a/b/c");
    assertThat(names("a/b/")).containsExactly("a/b/c");
    assertThat(names("a%")).containsExactly("a%2fb", "a%41");
    assertThat(names("nothing/")).isEmpty();
  }

  @Test
  void a_page_goes_on_where_the_one_before_ended() {
    List<String> all =
        IntStream.range(0, 23).mapToObj("recent/t/%04d"::formatted).sorted().toList();
    all.forEach(name -> put(name, ""));
    put("recent/s/before", "");
    put("recent/u/after", "");

    List<List<String>> pages = new ArrayList<>();
    String continuation = null;
    do {
      var page = storage().list("recent/t/", continuation, 5);
      pages.add(page.entries().stream().map(Stat::name).toList());
      continuation = page.next();
    } while (continuation != null);

    assertThat(pages).hasSize(5);
    assertThat(pages.stream().flatMap(List::stream)).containsExactlyElementsOf(all);
    assertThat(pages.getLast()).hasSize(3);
  }

  @Test
  void an_exact_page_is_the_last() {
    put("a/1", "");
    put("a/2", "");

    assertThat(storage().list("a/", null, 2).next()).isNull();
    assertThat(storage().list("a/", null, 1).next()).isNotNull();
  }

  @Test
  void ages_are_told_by_one_clock() {
    put("old", "");
    storage().create("log");
    var page = storage().list("", null, 10);

    assertThat(page.entries())
        .allSatisfy(
            stat ->
                assertThat(Duration.between(stat.modified(), page.asOf()))
                    .isBetween(Duration.ofSeconds(-1), Duration.ofMinutes(5)));
    assertThat(storage().stat("old").map(Stat::modified))
        .contains(page.entries().getLast().modified());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/./b",
        "a/../b",
        "../a",
        "a.",
        "a./b",
        "a b",
        "a\\b",
        "C:a",
        "a\0b",
        "a\nb",
        "a\rb",
        "a\u202eb",
        "ä",
        "a+b",
        "a=b",
        "a?b",
        "a#b",
        "a*b",
        "a\ud800",
        "日本"
      })
  void a_name_that_breaks_the_rules_is_refused(String name) {
    assertRefused(name);
  }

  @Test
  void a_name_that_is_too_long_is_refused() {
    assertRefused("a".repeat(251));
    assertRefused(("a".repeat(99) + "/").repeat(10) + "a");
    put("a".repeat(250), "");
    put(("a".repeat(99) + "/").repeat(9) + "a".repeat(100), "");
    assertThat(names("")).hasSize(2);
  }

  private void assertRefused(String name) {
    List<Callable<?>> calls =
        List.of(
            () -> storage().create(name),
            () -> storage().append(name, 0, bytes("x")),
            () -> storage().putIfAbsent(name, InputStream.nullInputStream(), 0),
            () -> storage().open(name, 0, 1),
            () -> storage().stat(name));
    for (Callable<?> call : calls) {
      assertThatThrownBy(call::call).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> storage().delete(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().deleteAll(name + "/"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void any_text_becomes_a_name_of_its_own() throws IOException {
    List<String> texts = NamesTest.nastyTexts();
    for (String text : texts) {
      put("t/" + Names.segment(text), text);
    }

    assertThat(names("t/")).hasSize(texts.size());
    for (String text : texts) {
      assertThat(read("t/" + Names.segment(text), 0, Long.MAX_VALUE)).contains(bytes(text));
    }
  }

  @Test
  void nonsense_is_refused() {
    storage().create("log");
    assertThatThrownBy(() -> storage().append("log", -1, bytes("x")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().append("log", 0, new byte[Storage.LONGEST_APPEND + 1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().open("log", -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().open("log", 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().list("", null, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().putIfAbsent("b", InputStream.nullInputStream(), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_append_of_nothing_still_tells_whether_the_position_is_right() {
    storage().create("log");
    storage().append("log", 0, bytes("abc"));

    assertThat(storage().append("log", 3, new byte[0])).isEqualTo(new Append.Done(3));
    assertThat(storage().append("log", 2, new byte[0])).isEqualTo(new Append.Refused());
    assertThat(storage().append("no", 0, new byte[0])).isEqualTo(new Append.Missing());
  }

  @Test
  void the_longest_append_arrives_whole() throws IOException {
    storage().create("log");
    byte[] much = new RandomBytes(7, Storage.LONGEST_APPEND, false).readAllBytes();

    assertThat(storage().append("log", 0, much)).isEqualTo(new Append.Done(much.length));

    assertThat(read("log", 0, Long.MAX_VALUE)).contains(much);
  }

  @Test
  void a_large_blob_passes_through_without_being_held() throws Exception {
    int length = 20_000_000;
    assertThat(storage().putIfAbsent("blob", new RandomBytes(3, length, false), length)).isTrue();

    assertThat(storage().stat("blob")).map(Stat::length).contains((long) length);
    try (var stored = storage().open("blob", 0, Long.MAX_VALUE).orElseThrow()) {
      assertThat(sha256(stored)).isEqualTo(sha256(new RandomBytes(3, length, false)));
    }
    byte[] middle = new RandomBytes(3, length, false).readNBytes(12_000_010);
    assertThat(read("blob", 12_000_000, 10))
        .contains(Arrays.copyOfRange(middle, 12_000_000, 12_000_010));
    storage().delete("blob");
    assertThat(storage().stat("blob")).isEmpty();
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  protected void put(String name, String text) {
    byte[] bytes = bytes(text);
    assertThat(storage().putIfAbsent(name, new ByteArrayInputStream(bytes), bytes.length)).isTrue();
  }

  protected Optional<byte[]> read(String name, long from, long length) throws IOException {
    Optional<InputStream> opened = storage().open(name, from, length);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (var bytes = opened.get()) {
      return Optional.of(bytes.readAllBytes());
    }
  }

  protected Optional<String> text(String name) throws IOException {
    return read(name, 0, Long.MAX_VALUE).map(bytes -> new String(bytes, UTF_8));
  }

  protected List<String> names(String prefix) {
    List<String> names = new ArrayList<>();
    @Nullable String continuation = null;
    do {
      var page = storage().list(prefix, continuation, 1000);
      page.entries().forEach(stat -> names.add(stat.name()));
      continuation = page.next();
    } while (continuation != null);
    return names;
  }

  private interface Racer<T> {
    T run(int number) throws Exception;
  }

  private static <T> List<T> race(Racer<T> racer) throws Exception {
    var start = new CyclicBarrier(RACERS);
    try (var threads = Executors.newFixedThreadPool(RACERS)) {
      var runs =
          IntStream.range(0, RACERS)
              .mapToObj(
                  number ->
                      threads.submit(
                          () -> {
                            start.await(30, TimeUnit.SECONDS);
                            return racer.run(number);
                          }))
              .toList();
      List<T> answers = new ArrayList<>();
      for (var run : runs) {
        answers.add(run.get(60, TimeUnit.SECONDS));
      }
      return answers;
    }
  }

  private static String sha256(InputStream bytes) throws IOException, NoSuchAlgorithmException {
    var digest = MessageDigest.getInstance("SHA-256");
    byte[] chunk = new byte[64 << 10];
    for (int got = bytes.read(chunk); got >= 0; got = bytes.read(chunk)) {
      digest.update(chunk, 0, got);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Seeded bytes in small pieces, which end, or break, where they are told to. */
  static final class RandomBytes extends InputStream {
    private final Random random;
    private final boolean breaks;
    private long left;

    RandomBytes(long seed, long length, boolean breaks) {
      this.random = new Random(seed);
      this.left = length;
      this.breaks = breaks;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) {
        if (breaks) {
          throw new IOException("the sender went away");
        }
        return -1;
      }
      left--;
      return random.nextInt() & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int got = 0;
      while (got < Math.min(length, 1000)) {
        int next = got > 0 && left == 0 ? -1 : read();
        if (next < 0) {
          break;
        }
        into[offset + got++] = (byte) next;
      }
      return got == 0 && length > 0 ? -1 : got;
    }
  }
}
