package dev.millrace.storage.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.millrace.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Two ways to keep the writes of jobs on a disk, side by side: every append flushed in its own
 * file, and {@link DiskStorage}. A job is 14 durable writes: two empty blobs, a log, ten appends of
 * 300 bytes, and the delete of one of the blobs. Run it with {@code bench/storage}.
 */
final class DiskBench {
  private static final int WRITES = 14;
  private static final long SEED = 20_261_120;

  private final Path root;
  private final double seconds;
  private int rows;

  private DiskBench(Path root, double seconds) {
    this.root = root;
    this.seconds = seconds;
  }

  /** What both ways can do. */
  private interface Ways extends AutoCloseable {
    void putEmpty(String name) throws IOException;

    void create(String name) throws IOException;

    void append(String name, long position, byte[] bytes) throws IOException;

    void delete(String name) throws IOException;

    @Override
    void close() throws IOException;
  }

  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments.length > 0 ? arguments[0] : "target/bench-storage");
    double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 5;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
    Files.createDirectories(root);
    new DiskBench(root, seconds).run(rounds);
  }

  private void run(int rounds) throws Exception {
    System.out.printf(
        "machine   %s, %d cores, %s%n",
        processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"));
    System.out.printf(
        "jdk       %s, heap %d MB%n",
        System.getProperty("java.vm.version"), Runtime.getRuntime().maxMemory() >> 20);
    System.out.printf("disk      %s on %s%n", Files.getFileStore(root).type(), root);
    System.out.printf("seed      %d, %.0f s a row, %d rounds%n%n", SEED, seconds, rounds);
    jobsOf(8, new Logged(fresh()));
    flushes("append 300 bytes, fdatasync", false);
    flushes("the same into a file lengthened before", true);
    System.out.printf(
        "%n%-16s %8s %10s %8s %9s %9s %9s %9s%n",
        "", "writers", "writes/s", "jobs/s", "write p50", "write p99", "job p50", "job p99");
    for (int round = 0; round < rounds; round++) {
      for (int writers : new int[] {1, 8, 32, 128}) {
        row("file by file", writers, new FileByFile(fresh()));
        row("write-ahead log", writers, new Logged(fresh()));
      }
    }
    listing();
    clear();
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.exists(info)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 2))
          .orElse(System.getProperty("os.arch"));
    }
  }

  private void flushes(String what, boolean ahead) throws IOException {
    Path file = fresh().resolve("flush");
    long[] took = new long[2000];
    try (var channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      if (ahead) {
        channel.write(ByteBuffer.allocate(took.length * 300));
        channel.force(true);
      }
      for (int i = 0; i < took.length; i++) {
        long start = System.nanoTime();
        channel.write(ByteBuffer.allocate(300), i * 300L);
        channel.force(false);
        took[i] = System.nanoTime() - start;
      }
    }
    System.out.printf("%-40s p50 %s  p99 %s%n", what, millis(took, 50), millis(took, 99));
  }

  private void row(String what, int writers, Ways ways) throws Exception {
    Times all = jobsOf(writers, ways);
    long[] writes = all.writes();
    long[] jobs = all.jobs();
    System.out.printf(
        "%-16s %8d %10.0f %8.0f %9s %9s %9s %9s%n",
        what,
        writers,
        writes.length / all.seconds,
        jobs.length / all.seconds,
        millis(writes, 50),
        millis(writes, 99),
        millis(jobs, 50),
        millis(jobs, 99));
  }

  private Times jobsOf(int writers, Ways ways) throws Exception {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    List<Future<Times>> running = new ArrayList<>();
    Times all = new Times();
    try (ways;
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int writer = 0; writer < writers; writer++) {
        int number = writer;
        running.add(threads.submit((Callable<Times>) () -> jobs(ways, number, end)));
      }
      for (var times : running) {
        all.add(times.get());
      }
      all.seconds = (System.nanoTime() - start) / 1e9;
    }
    return all;
  }

  private static Times jobs(Ways ways, int writer, long end) throws IOException {
    var random = new Random(SEED + writer);
    Times times = new Times();
    for (int job = 0; System.nanoTime() < end; job++) {
      String id = "%016x%04x%06x".formatted(random.nextLong(), writer, job);
      byte[] entry = "%-300s".formatted("{\"job\":\"" + id + "\"}").getBytes(US_ASCII);
      String log = "jobs/default/" + id + "/log";
      String open = "open/default/" + id;
      long began = System.nanoTime();
      times.write(() -> ways.putEmpty(open));
      times.write(() -> ways.putEmpty("recent/default/" + id));
      times.write(() -> ways.create(log));
      for (int i = 0; i < WRITES - 4; i++) {
        long position = i * 300L;
        times.write(() -> ways.append(log, position, entry));
      }
      times.write(() -> ways.delete(open));
      times.jobs.add(System.nanoTime() - began);
    }
    return times;
  }

  private static final class Times {
    private final List<Long> writes = new ArrayList<>();
    private final List<Long> jobs = new ArrayList<>();
    private double seconds;

    interface Write {
      void run() throws IOException;
    }

    void write(Write write) throws IOException {
      long start = System.nanoTime();
      write.run();
      writes.add(System.nanoTime() - start);
    }

    void add(Times other) {
      writes.addAll(other.writes);
      jobs.addAll(other.jobs);
    }

    long[] writes() {
      return writes.stream().mapToLong(t -> t).toArray();
    }

    long[] jobs() {
      return jobs.stream().mapToLong(t -> t).toArray();
    }
  }

  private static String millis(long[] nanos, int percentile) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted.length == 0
        ? "-"
        : "%.2f ms".formatted(sorted[(int) ((sorted.length - 1L) * percentile / 100)] / 1e6);
  }

  /** Nothing is deleted between rows: some file systems are slow for seconds after deletes. */
  private Path fresh() throws IOException {
    return Files.createDirectories(root.resolve("row" + rows++));
  }

  private void clear() throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException fault)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void listing() throws IOException {
    Path directory = fresh();
    Path many = Files.createDirectories(directory.resolve("files/recent/default"));
    var random = new Random(SEED);
    for (int i = 0; i < 100_000; i++) {
      Files.createFile(many.resolve("%016x-%04x=".formatted(random.nextLong(), i & 0xffff)));
    }
    List<Long> pages = new ArrayList<>();
    try (var storage = DiskStorage.open(directory, InstantSource.system())) {
      String continuation = null;
      do {
        long start = System.nanoTime();
        var page = storage.list("recent/default/", continuation, 1000);
        pages.add(System.nanoTime() - start);
        continuation = page.next();
      } while (continuation != null);
    }
    long[] others = pages.stream().skip(1).mapToLong(t -> t).toArray();
    System.out.printf(
        "%nlist 100,000 names, 1,000 a page: first %.0f ms, others p50 %s  p99 %s%n",
        pages.getFirst() / 1e6, millis(others, 50), millis(others, 99));
  }

  /** Durable by itself: every append is flushed in its file, every name in its directory. */
  private record FileByFile(Path root) implements Ways {
    @Override
    public void putEmpty(String name) throws IOException {
      create(name);
    }

    @Override
    public void create(String name) throws IOException {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      FileChannel.open(file, CREATE_NEW, WRITE).close();
      force(file.getParent());
      if (name.startsWith("jobs/")) {
        force(file.getParent().getParent());
      }
    }

    @Override
    public void append(String name, long position, byte[] bytes) throws IOException {
      try (var channel = FileChannel.open(root.resolve(name), WRITE)) {
        channel.write(ByteBuffer.wrap(bytes), position);
        channel.force(false);
      }
    }

    @Override
    public void delete(String name) throws IOException {
      Files.delete(root.resolve(name));
      force(root.resolve(name).getParent());
    }

    private static void force(Path directory) throws IOException {
      try (var channel = FileChannel.open(directory, READ)) {
        channel.force(true);
      }
    }

    @Override
    public void close() {}
  }

  private record Logged(Storage storage) implements Ways {
    Logged(Path directory) {
      this(DiskStorage.open(directory, InstantSource.system()));
    }

    @Override
    public void putEmpty(String name) {
      expect(storage.putIfAbsent(name, InputStream.nullInputStream(), 0), name);
    }

    @Override
    public void create(String name) {
      expect(storage.create(name), name);
    }

    @Override
    public void append(String name, long position, byte[] bytes) {
      expect(storage.append(name, position, bytes) instanceof Storage.Append.Done, name);
    }

    @Override
    public void delete(String name) {
      storage.delete(name);
    }

    private static void expect(boolean done, String name) {
      if (!done) {
        throw new IllegalStateException("refused: " + name);
      }
    }

    @Override
    public void close() {
      storage.close();
    }
  }
}
