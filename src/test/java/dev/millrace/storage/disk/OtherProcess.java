package dev.millrace.storage.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.storage.Storage.Append;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;

/** A process with a store of its own, to be refused or killed; it talks on standard output. */
final class OtherProcess {
  private static final int WRITERS = 16;
  private static final Tuning BUSY =
      new Tuning(64 << 10, Duration.ofMillis(20), 4000, 1000, 2, 1 << 16);

  private OtherProcess() {}

  static Process start(String what, Path directory) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(OtherProcess.class.getName(), what, directory.toString()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "open" -> open(directory);
      case "write" -> write(directory);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Says what came of it, and keeps the store until its input ends. */
  private static void open(Path directory) throws IOException {
    try (var storage = DiskStorage.open(directory, InstantSource.system())) {
      storage.publishUrl("http://127.0.0.1:4711");
      System.out.println("open");
      System.in.read();
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
  }

  /** Says every log and length that was acknowledged, until it is killed. */
  private static void write(Path directory) {
    var storage = DiskStorage.open(directory, InstantSource.system(), BUSY);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WRITERS; i++) {
        String writer = Integer.toString(i);
        threads.submit(() -> write(storage, writer));
      }
    }
  }

  private static void write(DiskStorage storage, String writer) {
    try {
      for (int log = 0; ; log++) {
        String name = "jobs/" + writer + "/" + log + "/log";
        // After a kill the log may be there already.
        storage.create(name);
        long length = storage.stat(name).orElseThrow().length();
        for (int i = 0; i < 20; i++) {
          byte[] entry = new byte[300];
          Arrays.fill(entry, (byte) ('a' + length / 300 % 26));
          if (!(storage.append(name, length, entry) instanceof Append.Done done)) {
            throw new IllegalStateException("refused at " + length + " of " + name);
          }
          length = done.end();
          say(name + " " + length);
        }
      }
    } catch (RuntimeException e) {
      say("failed " + e);
    }
  }

  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(US_ASCII);
    // One write per line, so that a kill leaves at most one half.
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
