package dev.millrace.broker.store;

import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Whether the disk has room for more messages. Some is kept back for what makes room again: to
 * settle messages means to write too, and a disk that is full to the last byte ends everything.
 */
final class DiskSpace {
  private static final long KEPT_BACK = 64L << 20;

  private final Path directory;
  private final LongSupplier left;
  private volatile long holes;

  DiskSpace(Path directory, LongSupplier left) {
    this.directory = directory;
    this.left = left;
  }

  /** What the file system says. One that does not say is not asked for room, only for writing. */
  static LongSupplier of(Path directory) throws IOException {
    var disk = Files.getFileStore(directory);
    if (disk.getTotalSpace() == 0) {
      return () -> Long.MAX_VALUE;
    }
    return () -> {
      try {
        return disk.getUsableSpace();
      } catch (IOException e) {
        return Long.MAX_VALUE;
      }
    };
  }

  /**
   * To be called as often as something is written.
   *
   * @param free bytes in the file itself, which can be written again
   */
  void holes(long free) {
    holes = free;
  }

  /**
   * @throws Refused while there is no room
   */
  void check() {
    long room = left.getAsLong() + holes;
    if (room >= 0 && room < KEPT_BACK) { // more than a long can hold is plenty
      throw new Refused(
          Reason.ENTITY_FULL,
          "The disk is nearly full: there is room for %d MB in %s, and %d are kept back. Make room; then sending works again."
              .formatted(room >> 20, directory.toAbsolutePath(), KEPT_BACK >> 20));
    }
  }
}
