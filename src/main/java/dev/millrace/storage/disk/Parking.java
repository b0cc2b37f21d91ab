package dev.millrace.storage.disk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Files of large blobs. Their bytes are durable here before the write-ahead log names them, so they
 * pass neither through it nor through memory; a checkpoint gives them a name among the others.
 */
final class Parking {
  private static final int CHUNK = 64 << 10;

  private final Disk disk;
  private final Path directory;

  Parking(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Removes what no change names: blobs whose writer did not get that far. */
  void sweep(Set<String> named) throws IOException {
    List<String> strays = new ArrayList<>();
    disk.list(directory, strays::add);
    strays.removeAll(named);
    for (String stray : strays) {
      disk.delete(directory.resolve(stray));
    }
  }

  /** Makes the bytes durable and answers the file that has them. */
  String fill(String name, InputStream bytes, long length) {
    String file = UUID.randomUUID().toString();
    boolean done = false;
    try {
      try (var handle = disk.create(directory.resolve(file))) {
        copy(name, bytes, length, handle);
        handle.force(true);
      }
      disk.forceDirectory(directory);
      done = true;
      return file;
    } catch (IOException e) {
      throw Faults.unavailable("write " + name, e);
    } finally {
      if (!done) {
        discard(file);
      }
    }
  }

  private static void copy(String name, InputStream bytes, long length, Disk.Handle to)
      throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (long at = 0; at < length; ) {
      int wanted = (int) Math.min(chunk.length, length - at);
      read(bytes, chunk, wanted, name, at, length);
      to.write(ByteBuffer.wrap(chunk, 0, wanted), at);
      at += wanted;
    }
  }

  /** All the bytes of a small blob. */
  static byte[] exactly(InputStream bytes, int length, String name) {
    byte[] content = new byte[length];
    read(bytes, content, length, name, 0, length);
    return content;
  }

  private static void read(
      InputStream bytes, byte[] into, int wanted, String name, long at, long length) {
    int got;
    try {
      got = bytes.readNBytes(into, 0, wanted);
    } catch (IOException e) {
      throw new UncheckedIOException("the bytes for " + name + " could not be read", e);
    }
    if (got < wanted) {
      throw new IllegalArgumentException(
          "%s should have %d bytes, but they end after %d".formatted(name, length, at + got));
    }
  }

  /** Removes a file that nothing names. If that fails, the next start does it. */
  void discard(String file) {
    try {
      disk.delete(directory.resolve(file));
    } catch (IOException e) {
      // A file too many takes space and does no other harm.
    }
  }
}
