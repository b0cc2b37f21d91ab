package dev.millrace.storage.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.millrace.job.Unavailable;
import dev.millrace.storage.Storage.Append;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Loses power, or the process, at any step of a random history, and opens what is left: every
 * acknowledged change is there, and of the one under way all or nothing. Then goes on from there.
 */
class CrashTest {
  private static final int SEEDS = Integer.getInteger("millrace.seeds", 200);
  private static final Path ROOT = Path.of("data");
  private static final Tuning SMALL = new Tuning(1 << 20, Duration.ZERO, 100, 20, 2, 1000);
  private static final int LIVES = 4;

  @Test
  void every_acknowledged_change_survives_a_power_loss_at_any_step() throws Exception {
    int crashes = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      crashes += new History(seed, 1).run(disk -> {});
    }
    assertThat(crashes).as("lives that ended in the middle").isGreaterThan(SEEDS);
  }

  @Test
  void every_acknowledged_change_of_several_writers_survives() throws Exception {
    for (int seed = 0; seed < SEEDS / 2; seed++) {
      new History(seed, 4).run(disk -> {});
    }
  }

  @Test
  void a_failed_flush_loses_nothing_that_was_acknowledged() throws Exception {
    for (int seed = 0; seed < SEEDS / 2; seed++) {
      var flushes = new Random(seed);
      new History(seed, 1).run(disk -> disk.failFlushAfter(flushes.nextInt(40)));
    }
  }

  @Test
  void a_full_disk_loses_nothing_that_was_acknowledged() throws Exception {
    for (int seed = 0; seed < SEEDS / 4; seed++) {
      var space = new Random(seed);
      new History(seed, 1).run(disk -> disk.space(space.nextInt(20_000)));
    }
  }

  @Test
  void a_failed_flush_on_a_disk_that_fills_up_loses_nothing_that_was_acknowledged()
      throws Exception {
    for (int seed = 0; seed < SEEDS / 2; seed++) {
      var random = new Random(seed);
      new History(seed, 1)
          .run(
              disk -> {
                disk.failFlushAfter(random.nextInt(20));
                disk.space(random.nextInt(10_000));
              });
    }
  }

  /** The tests above can fail: on a disk that only says it flushes, they do. */
  @Test
  void a_disk_that_lies_is_found_out() throws Exception {
    int found = 0;
    for (int seed = 0; seed < 20; seed++) {
      try {
        new History(seed, 1).run(ImaginaryDisk::forget);
      } catch (AssertionError | IllegalStateException | IOException e) {
        found++;
      }
    }
    assertThat(found).isGreaterThan(15);
  }

  private interface Faults {
    void plant(ImaginaryDisk disk);
  }

  private static final class History {
    private final int seed;
    private final Random random;
    private final List<Writer> writers = new ArrayList<>();
    private int crashes;

    History(int seed, int writers) {
      this.seed = seed;
      this.random = new Random(seed);
      for (int i = 0; i < writers; i++) {
        this.writers.add(new Writer(i, random.nextLong()));
      }
    }

    int run(Faults faults) throws Exception {
      var disk = new ImaginaryDisk();
      disk.createDirectory(ROOT);
      disk.forceDirectory(Path.of(""));
      for (int life = 0; life < LIVES; life++) {
        faults.plant(disk);
        disk.losePowerAfter(random.nextInt(20 + 100 * writers.size()));
        live(disk);
        ImaginaryDisk left =
            random.nextInt(4) == 0 ? disk.afterKill() : disk.afterPowerLoss(random);
        disk = check(left, "life " + life + " of seed " + seed);
      }
      return crashes;
    }

    private void live(ImaginaryDisk disk) throws Exception {
      DiskStorage storage;
      try {
        storage = open(disk);
      } catch (IOException e) {
        crashes++;
        return;
      }
      try (var threads = Executors.newFixedThreadPool(writers.size())) {
        var running = writers.stream().map(w -> threads.submit(() -> w.live(storage))).toList();
        for (var life : running) {
          crashes += life.get(60, TimeUnit.SECONDS) ? 1 : 0;
        }
      }
    }

    /** Opens what is left and looks at it, again after a checkpoint, and in a further process. */
    private ImaginaryDisk check(ImaginaryDisk disk, String when) throws IOException {
      DiskStorage storage = open(disk);
      for (Writer writer : writers) {
        writer.settle(storage, when);
      }
      look(storage, when + ", once more");
      if (random.nextBoolean()) {
        storage.checkpoint();
        look(storage, when + ", after a checkpoint");
      }
      ImaginaryDisk next = random.nextBoolean() ? disk.afterPowerLoss(random) : disk.afterKill();
      look(open(next), when + ", in the process after");
      return next.afterKill();
    }

    private void look(DiskStorage storage, String when) throws IOException {
      Map<String, String> expected = new TreeMap<>();
      for (Writer writer : writers) {
        expected.putAll(writer.acknowledged);
      }
      Map<String, String> found = new TreeMap<>();
      for (var stat : storage.list("", null, 10_000).entries()) {
        found.put(stat.name(), text(storage, stat.name()).orElseThrow());
        assertThat(stat.length()).isEqualTo(found.get(stat.name()).length());
      }
      assertThat(found).as(when).isEqualTo(expected);
    }

    private static DiskStorage open(ImaginaryDisk disk) throws IOException {
      return new DiskStorage(disk, ROOT, () -> Instant.EPOCH, SMALL, null);
    }
  }

  private static Optional<String> text(DiskStorage storage, String name) throws IOException {
    Optional<InputStream> opened = storage.open(name, 0, Long.MAX_VALUE);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (var bytes = opened.get()) {
      return Optional.of(new String(bytes.readAllBytes(), US_ASCII));
    }
  }

  /** Changes names of its own, and knows what it was told and what it was about to do. */
  private static final class Writer {
    private final List<String> names;
    private final Random random;
    final Map<String, String> acknowledged = new TreeMap<>();
    private final Map<String, List<Optional<String>>> possible = new TreeMap<>();
    private int change;

    Writer(int number, long seed) {
      this.random = new Random(seed);
      String n = Integer.toString(number);
      this.names =
          List.of("jobs/t/" + n + "/log", "jobs/t/" + n, "open/t/" + n, "conv/a/b/c/" + n, "x" + n);
    }

    /** Whether it ended in the middle of something. */
    boolean live(DiskStorage storage) throws IOException {
      for (int i = 0; i < 40; i++) {
        String name = names.get(random.nextInt(names.size()));
        Optional<String> before = Optional.ofNullable(acknowledged.get(name));
        var change = new Change(name, before);
        try {
          change(storage, change);
          settle(name, change.after);
          if (!change.after.equals(before)) {
            // What failed before this cannot come back after it.
            possible.clear();
          }
        } catch (Unavailable | IOException e) {
          possible.computeIfAbsent(name, n -> new ArrayList<>()).add(change.after);
          if (e.getMessage().contains("the power is gone")) {
            return true;
          }
          // A caller finds out by reading, and goes on from there.
          assertThat(text(storage, name)).isEqualTo(before);
        }
      }
      return false;
    }

    /** What a writer is about to do to a name, noted before the store is asked. */
    private static final class Change {
      final String name;
      final Optional<String> before;
      Optional<String> after;

      Change(String name, Optional<String> before) {
        this.name = name;
        this.before = before;
        this.after = before;
      }
    }

    private void change(DiskStorage storage, Change change) throws IOException {
      String name = change.name;
      Optional<String> before = change.before;
      switch (random.nextInt(8)) {
        case 0 -> storage.checkpoint();
        case 1 -> {
          change.after = Optional.empty();
          storage.delete(name);
        }
        case 2 -> {
          change.after = before.or(() -> Optional.of(""));
          assertThat(storage.create(name)).isEqualTo(before.isEmpty());
        }
        case 3 -> {
          String text = next(random.nextInt(300));
          change.after = before.or(() -> Optional.of(text));
          var bytes = new ByteArrayInputStream(text.getBytes(US_ASCII));
          assertThat(storage.putIfAbsent(name, bytes, text.length())).isEqualTo(before.isEmpty());
        }
        default -> append(storage, change);
      }
    }

    private void append(DiskStorage storage, Change change) {
      String text = next(1 + random.nextInt(200));
      int position = change.before.map(String::length).orElse(0);
      change.after = change.before.map(b -> b + text);
      try {
        Append answer = storage.append(change.name, position, text.getBytes(US_ASCII));
        assertThat(answer)
            .isInstanceOf(change.before.isEmpty() ? Append.Missing.class : Append.Done.class);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("is a blob");
        change.after = change.before;
      }
    }

    private String next(int length) {
      char[] text = new char[length];
      Arrays.fill(text, (char) ('a' + change++ % 26));
      return new String(text);
    }

    private void settle(String name, Optional<String> state) {
      state.ifPresentOrElse(s -> acknowledged.put(name, s), () -> acknowledged.remove(name));
    }

    /** Finds out how the changes ended that were under way: all or nothing. */
    void settle(DiskStorage storage, String when) throws IOException {
      for (var changes : possible.entrySet()) {
        String name = changes.getKey();
        Optional<String> found = text(storage, name);
        Optional<String> before = Optional.ofNullable(acknowledged.get(name));
        if (!found.equals(before) && !changes.getValue().contains(found)) {
          fail("%s: %s is %s, neither %s nor %s", when, name, found, before, changes.getValue());
        }
        settle(name, found);
      }
      possible.clear();
    }
  }
}
