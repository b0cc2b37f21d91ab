package dev.millrace.storage.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What durability is built from, and nothing more: bytes of a file are durable after {@link
 * Handle#force}, the entries of a directory after {@link #forceDirectory}. A test puts a disk in
 * this place that fills up, fails and loses power.
 */
interface Disk {
  /** A new file, open for reading and writing. Fails when there is one. */
  Handle create(Path file) throws IOException;

  /** An existing file, open for reading and writing. */
  Handle open(Path file) throws IOException;

  /** An existing file, open for reading. */
  Handle read(Path file) throws IOException;

  /** Whether there is a file or directory. */
  boolean exists(Path path) throws IOException;

  /** Null when there is no such file. */
  @Nullable Status status(Path file) throws IOException;

  record Status(long length, Instant modified) {}

  /** Tells the names in a directory, in no order; none when there is no such directory. */
  void list(Path directory, Consumer<String> names) throws IOException;

  /** Creates a directory whose parent exists. No error when it is there already. */
  void createDirectory(Path directory) throws IOException;

  /** Gives a file a second name, or copies it where a file has one name only. */
  void link(Path file, Path second) throws IOException;

  /** No error when there is no such file. */
  void delete(Path file) throws IOException;

  /** False when it is not empty, or not there. */
  boolean deleteDirectory(Path directory) throws IOException;

  void forceDirectory(Path directory) throws IOException;

  /** An open file. Positions are explicit, so that a read or write may be repeated. */
  interface Handle extends Closeable {
    long size() throws IOException;

    /** Reads some bytes; -1 at the end. */
    int read(ByteBuffer into, long position) throws IOException;

    /** Writes all the bytes. */
    void write(ByteBuffer from, long position) throws IOException;

    void modified(Instant time) throws IOException;

    void force(boolean metadata) throws IOException;
  }
}
