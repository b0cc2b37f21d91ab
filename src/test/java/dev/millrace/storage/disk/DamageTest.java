package dev.millrace.storage.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Unavailable;
import dev.millrace.storage.Storage.Append;
import dev.millrace.storage.Storage.Stat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left of the write-ahead log is cut or changed, the disk is full, a flush hangs. */
class DamageTest {
  private static final Path ROOT = Path.of("data");
  private static final Path WAL = ROOT.resolve("wal");
  private static final Tuning BY_HAND = new Tuning(1 << 20, Duration.ZERO, 100, 20, 1, 512);
  private static final int RECORDS = 6;

  /** Its last byte is not zero, so that the end of what was written can be seen. */
  private static final Instant NOW = Instant.EPOCH.plusNanos(7000);

  private ImaginaryDisk disk;

  @BeforeEach
  void format() throws IOException {
    disk = new ImaginaryDisk();
    disk.createDirectory(ROOT);
  }

  private static DiskStorage open(ImaginaryDisk disk) throws IOException {
    return new DiskStorage(disk, ROOT, () -> NOW, BY_HAND, null);
  }

  private static String text(DiskStorage storage, String name) throws IOException {
    try (var bytes = storage.open(name, 0, Long.MAX_VALUE).orElseThrow()) {
      return new String(bytes.readAllBytes(), US_ASCII);
    }
  }

  private static Path segment(ImaginaryDisk disk) throws IOException {
    List<String> names = new ArrayList<>();
    disk.list(WAL, names::add);
    names.sort(null);
    return WAL.resolve(names.getLast());
  }

  /** Where the log ends after its creation and after each of its records. */
  private List<Integer> write() throws IOException {
    DiskStorage storage = open(disk);
    List<Integer> ends = new ArrayList<>();
    storage.create("log");
    ends.add(end());
    for (int i = 0; i < RECORDS; i++) {
      storage.append("log", 10L * i, "record %2d;".formatted(i).getBytes(US_ASCII));
      ends.add(end());
    }
    return ends;
  }

  private int end() throws IOException {
    byte[] bytes = disk.bytes(segment(disk));
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }

  @Test
  void a_log_cut_anywhere_keeps_what_is_whole() throws IOException {
    List<Integer> ends = write();
    byte[] whole = disk.bytes(segment(disk));
    for (int cut = 0; cut <= whole.length; cut++) {
      ImaginaryDisk left = disk.afterKill();
      left.bytes(segment(left), Arrays.copyOf(whole, cut));

      DiskStorage storage = open(left);

      int length = cut;
      long kept = ends.stream().filter(end -> end <= length).count();
      if (kept == 0) {
        assertThat(storage.stat("log")).isEmpty();
      } else {
        assertThat(storage.stat("log")).map(Stat::length).contains(10 * (kept - 1));
        assertThat(storage.append("log", 10 * (kept - 1), new byte[3]))
            .isEqualTo(new Append.Done(10 * (kept - 1) + 3));
      }
    }
  }

  @Test
  void a_changed_bit_is_refused_or_was_at_the_very_end() throws IOException {
    List<Integer> ends = write();
    byte[] whole = disk.bytes(segment(disk));
    int last = ends.get(RECORDS - 1);
    for (int at = 0; at < ends.get(RECORDS); at++) {
      ImaginaryDisk left = disk.afterKill();
      byte[] changed = whole.clone();
      changed[at] ^= (byte) (1 << (at % 8));
      left.bytes(segment(left), changed);

      if (at < last) {
        assertThatThrownBy(() -> open(left))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(segment(left).toString())
            .hasMessageContaining("is damaged")
            .hasMessageContaining("Restore");
      } else {
        assertThat(open(left).stat("log")).map(Stat::length).contains(10L * (RECORDS - 1));
      }
    }
  }

  @Test
  void a_file_that_lost_bytes_is_refused() throws IOException {
    DiskStorage storage = open(disk);
    storage.create("log");
    storage.append("log", 0, "0123456789".getBytes(US_ASCII));
    storage.checkpoint();
    storage.append("log", 10, "more".getBytes(US_ASCII));
    ImaginaryDisk left = disk.afterKill();
    left.bytes(ROOT.resolve("files/log+"), new byte[9]);

    assertThatThrownBy(() -> open(left))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("files/log+")
        .hasMessageContaining("at least 10 bytes");
  }

  @Test
  void a_missing_part_of_the_write_ahead_log_is_refused() throws IOException {
    DiskStorage storage = open(disk);
    storage.create("log");
    for (int i = 0; i < 3; i++) {
      disk.failFlushAfter(0);
      long position = i * 3L;
      assertThatThrownBy(() -> storage.append("log", position, new byte[3]))
          .isInstanceOf(Unavailable.class);
      storage.append("log", position, new byte[3]);
    }
    ImaginaryDisk left = disk.afterKill();
    List<String> names = new ArrayList<>();
    left.list(WAL, names::add);
    names.sort(null);
    assertThat(names).hasSizeGreaterThan(2);
    left.delete(WAL.resolve(names.get(1)));

    assertThatThrownBy(() -> open(left))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the segment after it is missing");
  }

  @Test
  void bytes_that_look_like_a_batch_are_only_bytes() throws IOException {
    write();
    byte[] batches = Arrays.copyOf(disk.bytes(segment(disk)), end());
    disk = new ImaginaryDisk();
    disk.createDirectory(ROOT);
    DiskStorage storage = open(disk);
    storage.create("victim");
    storage.append("victim", 0, batches);
    ImaginaryDisk left = disk.afterKill();
    byte[] torn = left.bytes(segment(left));
    torn[end() - batches.length - 1] ^= 1;
    left.bytes(segment(left), torn);

    assertThat(open(left).list("", null, 10).entries())
        .extracting(Stat::name)
        .containsExactly("victim");
  }

  @Test
  void a_full_disk_says_so_and_nothing_half_is_seen() throws IOException {
    DiskStorage storage = open(disk);
    storage.create("log");
    disk.space(0);
    long length = 0;
    Unavailable refused = null;
    while (refused == null) {
      try {
        storage.append("log", length, new byte[50]);
        length += 50;
      } catch (Unavailable e) {
        refused = e;
      }
    }

    assertThat(refused)
        .hasMessageContaining("could not write log")
        .hasMessageContaining("the disk is full");
    assertThat(storage.stat("log")).map(Stat::length).contains(length);
    assertThatThrownBy(
            () -> storage.putIfAbsent("big", new ByteArrayInputStream(new byte[500]), 500))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("the disk is full");
    assertThat(storage.stat("big")).isEmpty();
    disk.space(100_000);
    assertThat(storage.append("log", length, new byte[50])).isEqualTo(new Append.Done(length + 50));
    assertThat(storage.putIfAbsent("big", new ByteArrayInputStream(new byte[500]), 500)).isTrue();
    DiskStorage next = open(disk.afterKill());
    assertThat(next.stat("log")).map(Stat::length).contains(length + 50);
  }

  @Test
  void a_checkpoint_that_finds_the_disk_full_is_done_later() throws IOException {
    DiskStorage storage = open(disk);
    storage.create("log");
    storage.append("log", 0, "0123456789".getBytes(US_ASCII));
    disk.space(512);
    assertThatThrownBy(storage::checkpoint).hasMessageContaining("No space left");

    assertThat(text(storage, "log")).isEqualTo("0123456789");
    storage.append("log", 10, "abc".getBytes(US_ASCII));
    disk.space(100_000);
    storage.checkpoint();

    assertThat(new String(disk.bytes(ROOT.resolve("files/log+")), US_ASCII))
        .isEqualTo("0123456789abc");
    assertThat(text(storage, "log")).isEqualTo("0123456789abc");
  }

  @Test
  void nobody_sees_a_change_before_it_is_flushed() throws Exception {
    DiskStorage storage = open(disk);
    storage.create("log");
    var flushing = new CountDownLatch(1);
    var mayFlush = new CountDownLatch(1);
    disk.beforeForce =
        () -> {
          flushing.countDown();
          awaitQuietly(mayFlush);
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var append = threads.submit(() -> storage.append("log", 0, new byte[10]));
      assertThat(flushing.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(storage.stat("log")).map(Stat::length).contains(0L);
      assertThat(text(storage, "log")).isEmpty();
      assertThat(storage.list("", null, 10).entries().getFirst().length()).isZero();

      mayFlush.countDown();
      assertThat(append.get(30, TimeUnit.SECONDS)).isEqualTo(new Append.Done(10));
      assertThat(storage.stat("log")).map(Stat::length).contains(10L);
    }
  }

  @Test
  void those_who_come_during_a_flush_share_the_next() throws Exception {
    DiskStorage storage = open(disk);
    int writers = 50;
    for (int i = 0; i < writers; i++) {
      storage.create("log" + i);
    }
    var flushing = new CountDownLatch(1);
    var mayFlush = new CountDownLatch(1);
    var flushes = new AtomicInteger();
    disk.beforeForce =
        () -> {
          flushes.incrementAndGet();
          flushing.countDown();
          awaitQuietly(mayFlush);
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var arrived = new CountDownLatch(writers);
      var appends = new ArrayList<Future<Append>>();
      for (int i = 0; i < writers; i++) {
        String log = "log" + i;
        appends.add(
            threads.submit(
                () -> {
                  arrived.countDown();
                  return storage.append(log, 0, new byte[10]);
                }));
      }
      assertThat(flushing.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
      mayFlush.countDown();

      for (var append : appends) {
        assertThat(append.get(30, TimeUnit.SECONDS)).isEqualTo(new Append.Done(10));
      }
    }
    assertThat(flushes.get()).isLessThan(writers / 2);
  }

  @Test
  void a_failed_flush_fails_everybody_who_shared_it_and_nobody_after() throws Exception {
    DiskStorage storage = open(disk);
    storage.create("a");
    storage.create("b");
    disk.failFlushAfter(0);

    assertThatThrownBy(() -> storage.append("a", 0, new byte[5]))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("could not write a");

    assertThat(storage.stat("a")).map(Stat::length).contains(0L);
    assertThat(storage.append("b", 0, new byte[5])).isEqualTo(new Append.Done(5));
    assertThat(storage.append("a", 0, new byte[7])).isEqualTo(new Append.Done(7));
    DiskStorage next = open(disk.afterKill());
    assertThat(next.stat("a")).map(Stat::length).contains(7L);
    assertThat(next.stat("b")).map(Stat::length).contains(5L);
  }

  /** The first failure leaves its batch behind, the second nothing that could say so. */
  @Test
  void a_failed_flush_and_then_a_full_disk_leave_nothing_of_what_failed() throws IOException {
    DiskStorage storage = open(disk);
    storage.create("log");
    storage.append("log", 0, new byte[5]);
    disk.failFlushAfter(0);
    assertThatThrownBy(() -> storage.append("log", 5, new byte[7])).isInstanceOf(Unavailable.class);
    disk.space(BY_HAND.ahead());
    assertThatThrownBy(() -> storage.append("log", 5, new byte[2 * BY_HAND.ahead()]))
        .isInstanceOf(Unavailable.class);
    disk.space(Long.MAX_VALUE);

    assertThat(storage.append("log", 5, new byte[3])).isEqualTo(new Append.Done(8));

    assertThat(open(disk.afterKill()).stat("log")).map(Stat::length).contains(8L);
  }

  @Test
  void what_failed_in_a_segment_of_its_own_does_not_come_back() throws IOException {
    DiskStorage storage = open(disk);
    storage.create("log");
    for (int failed = 0; failed < 3; failed++) {
      disk.failFlushAfter(failed == 0 ? 0 : 1); // the first flush of a segment makes its room
      assertThatThrownBy(() -> storage.append("log", 0, new byte[7]))
          .isInstanceOf(Unavailable.class);
    }

    assertThat(storage.append("log", 0, new byte[3])).isEqualTo(new Append.Done(3));
    storage.append("log", 3, new byte[1]);

    assertThat(open(disk.afterKill()).stat("log")).map(Stat::length).contains(4L);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
