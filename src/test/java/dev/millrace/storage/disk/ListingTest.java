package dev.millrace.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.storage.Storage.Stat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Directories of many names: in pages, in order, and without reading them again and again. */
class ListingTest {
  private static final Path ROOT = Path.of("data");

  private final ImaginaryDisk disk = new ImaginaryDisk();

  private DiskStorage open(int kept) throws IOException {
    disk.createDirectory(ROOT);
    var tuning = new Tuning(1 << 30, Duration.ZERO, 100, kept, 1, 4096);
    return new DiskStorage(disk, ROOT, () -> Instant.EPOCH, tuning, null);
  }

  private static List<String> shuffled(int count) {
    List<String> names = new ArrayList<>();
    IntStream.range(0, count).forEach(i -> names.add("recent/t/%08x".formatted(i * 7919)));
    Collections.shuffle(names, new Random(count));
    return names;
  }

  private static void put(DiskStorage storage, List<String> names) {
    for (String name : names) {
      storage.putIfAbsent(name, InputStream.nullInputStream(), 0);
    }
  }

  /** Puts the files there, as earlier processes would have. */
  private void place(List<String> names) throws IOException {
    disk.createDirectory(ROOT.resolve("files/recent"));
    disk.createDirectory(ROOT.resolve("files/recent/t"));
    for (String name : names) {
      disk.create(ROOT.resolve("files").resolve(name + "=")).close();
    }
  }

  private static List<String> pages(DiskStorage storage, int limit) {
    List<String> names = new ArrayList<>();
    String continuation = null;
    do {
      var page = storage.list("recent/t/", continuation, limit);
      assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
      page.entries().stream().map(Stat::name).forEach(names::add);
      continuation = page.next();
    } while (continuation != null);
    return names;
  }

  @Test
  void a_hundred_thousand_names_are_read_from_the_disk_once() throws IOException {
    DiskStorage storage = open(200_000);
    List<String> names = shuffled(100_000);
    place(names);

    List<String> listed = pages(storage, 1000);

    assertThat(listed).isEqualTo(names.stream().sorted().toList());
    // Once to see that it is large, and once to keep it.
    assertThat(disk.readings(ROOT.resolve("files/recent/t"))).isEqualTo(2);
  }

  @Test
  void a_listing_kept_in_memory_follows_every_change() throws IOException {
    DiskStorage storage = open(5000);
    var expected = new TreeSet<>(shuffled(2000));
    put(storage, List.copyOf(expected));
    var random = new Random(5);
    for (int round = 0; round < 20; round++) {
      storage.checkpoint();
      assertThat(pages(storage, 300)).isEqualTo(List.copyOf(expected));
      for (String name : List.copyOf(expected)) {
        if (random.nextInt(20) == 0) {
          storage.delete(name);
          expected.remove(name);
        }
      }
      List<String> more = List.of("recent/t/r" + round, "recent/t/x" + round + "/y");
      put(storage, more);
      expected.addAll(more);
      assertThat(pages(storage, 300)).isEqualTo(List.copyOf(expected));
    }
    storage.deleteAll("recent/t/");
    storage.checkpoint();
    assertThat(pages(storage, 10)).isEmpty();
    assertThat(disk.exists(ROOT.resolve("files/recent"))).isFalse();
  }

  @Test
  void a_directory_too_large_for_memory_is_listed_in_stretches() throws IOException {
    DiskStorage storage = open(1000);
    List<String> names = shuffled(25_000);
    place(names);

    assertThat(pages(storage, 5000)).isEqualTo(names.stream().sorted().toList());
  }
}
