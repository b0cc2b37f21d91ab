package dev.millrace.storage.disk;

import dev.millrace.job.Unavailable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right of one process to a data directory. The lock the operating system holds on the file
 * {@code lock} is the truth and goes with the process; the file {@code owner} beside it is for
 * people and for the command line. They are two files because on POSIX a process that closes any
 * handle of a locked file gives up its lock.
 */
final class Ownership implements AutoCloseable {
  private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private Ownership(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * @throws IllegalStateException when somebody else has it
   */
  static Ownership take(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!TAKEN.add(real)) {
      throw refused(real);
    }
    @Nullable Ownership ownership = null;
    try {
      ownership =
          new Ownership(
              real,
              FileChannel.open(
                  real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      if (ownership.channel.tryLock() == null) {
        throw refused(real);
      }
      ownership.publish(null);
      return ownership;
    } catch (IOException | RuntimeException e) {
      if (ownership != null) {
        ownership.letGo();
      }
      TAKEN.remove(real);
      throw e;
    }
  }

  private static IllegalStateException refused(Path directory) {
    String who =
        read(directory)
            .map(
                owner ->
                    "process %d%s"
                        .formatted(
                            owner.pid(),
                            owner.url().map(url -> ", which serves " + url).orElse("")))
            .orElse("another process");
    return new IllegalStateException(
        "The data directory %s belongs to %s. Use that one, or stop it first, or choose another"
                .formatted(directory, who)
            + " directory in millrace.storage.directory (MILLRACE_STORAGE_DIRECTORY).");
  }

  /** Tells who may ask where the owner serves. */
  void publish(@Nullable String url) {
    ProcessHandle self = ProcessHandle.current();
    String text = "%d%n%s%n%s%n".formatted(self.pid(), started(self), url == null ? "" : url);
    try {
      Path draft = Files.createTempFile(directory, "owner", "");
      Files.writeString(draft, text);
      Files.move(draft, directory.resolve("owner"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new Unavailable("could not write " + directory.resolve("owner") + ": " + e, e);
    }
  }

  /** Who owns a directory, if that process is alive. */
  static Optional<DiskStorage.Owner> owner(Path directory) {
    return read(directory)
        .filter(
            owner ->
                ProcessHandle.of(owner.pid())
                    .filter(process -> started(process).equals(owner.started()))
                    .isPresent());
  }

  private static Optional<DiskStorage.Owner> read(Path directory) {
    try {
      List<String> lines = Files.readAllLines(directory.resolve("owner"));
      return Optional.of(
          new DiskStorage.Owner(
              Long.parseLong(lines.get(0)),
              Instant.parse(lines.get(1)),
              Optional.of(lines.get(2)).filter(url -> !url.isEmpty())));
    } catch (IOException | RuntimeException e) {
      // Not there, or written by a person or another version: it says nothing about who owns the
      // directory.
      return Optional.empty();
    }
  }

  private static Instant started(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(directory.resolve("owner"));
    } catch (IOException e) {
      // It names a process and its start, and both are compared.
    } finally {
      letGo();
      TAKEN.remove(directory);
    }
  }

  private void letGo() {
    try {
      channel.close();
    } catch (IOException e) {
      // The lock goes with the process.
    }
  }
}
