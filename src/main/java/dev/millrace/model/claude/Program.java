package dev.millrace.model.claude;

import dev.millrace.job.Unavailable;
import dev.millrace.model.waiting.Busy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a command to its end, or ends it with all that it has started. */
final class Program {
  private static final Logger log = LoggerFactory.getLogger(Program.class);

  /** Longer outputs would only fill the memory. */
  private static final int LARGEST = 32 << 20;

  /** For what it wrote last; something that it left behind may hold its output open for ever. */
  private static final Duration REST = Duration.ofSeconds(2);

  private final Path folder;
  private final Duration limit;

  Program(Path folder, Duration limit) {
    this.folder = folder;
    this.limit = limit;
  }

  record Ended(int exit, String out, String err) {}

  Ended run(List<String> command, String input) throws Busy, InterruptedException {
    Process process = started(command);
    try {
      var out = new Output(process.getInputStream());
      var err = new Output(process.getErrorStream());
      // Reading and writing a pipe holds on to the carrier of a virtual thread.
      Thread.ofPlatform()
          .daemon()
          .name("prompt")
          .start(() -> write(process.getOutputStream(), input));
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw Busy.once("it did not answer in time", null);
      }
      return new Ended(process.exitValue(), out.text(), err.text());
    } finally {
      kill(process);
    }
  }

  private Process started(List<String> command) {
    try {
      Files.createDirectories(folder);
      var builder = new ProcessBuilder(command).directory(folder.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("MILLRACE_") || name.startsWith("AZURE_"));
      return builder.start();
    } catch (IOException e) {
      throw new Unavailable(
          "could not start %s. Install it, or name it in the setting command of the model"
              .formatted(command.getFirst()),
          e);
    }
  }

  private static void write(OutputStream stream, String input) {
    try (stream) {
      stream.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has ended without reading everything; its exit says why.
    }
  }

  /** Whoever it has started is found before it goes, for nobody knows them afterwards. */
  private static void kill(Process process) {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
  }

  /** What comes is read at once, so that the program never waits for us. */
  private static final class Output {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Thread reading;

    Output(InputStream stream) {
      reading = Thread.ofPlatform().daemon().name("answer").start(() -> read(stream));
    }

    private void read(InputStream stream) {
      byte[] some = new byte[8192];
      try (stream) {
        for (int n = stream.read(some); n >= 0 && bytes.size() < LARGEST; n = stream.read(some)) {
          bytes.write(some, 0, n);
        }
      } catch (IOException e) {
        // It was ended.
      }
    }

    String text() throws InterruptedException {
      boolean all = reading.join(REST);
      String text = bytes.toString(StandardCharsets.UTF_8);
      if (!all) {
        log.atDebug().log("something that the program has left behind holds its output open");
      }
      return text;
    }
  }
}
