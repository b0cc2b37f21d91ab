package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * One file of the write-ahead log: batches one behind the other. The file is lengthened by zeros
 * well ahead of the batches, because a flush that need not write a new length costs half as much.
 */
final class Segment {
  final SegmentName name;
  private final Disk.Handle handle;
  private final int ahead;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
  private long allocated;
  private long end;
  private long batches;
  private Link link = Link.NONE;

  private Segment(SegmentName name, Disk.Handle handle, int ahead) {
    this.name = name;
    this.ahead = ahead;
    this.handle = handle;
  }

  /** A new empty segment, durable with its entry in the directory. */
  static Segment create(Disk disk, Path directory, SegmentName name, int ahead) throws IOException {
    Path file = directory.resolve(name.toString());
    var segment = new Segment(name, disk.create(file), ahead);
    try {
      segment.lengthen(ahead);
      segment.handle.force(true);
      disk.forceDirectory(directory);
      return segment;
    } catch (IOException | RuntimeException e) {
      segment.abandon();
      disk.delete(file);
      throw e;
    }
  }

  /** Says, before the first batch, which segment this one goes on from. */
  void follows(Link previous) {
    link = previous;
  }

  /** Where the next batch begins; everything before it is durable. */
  long end() {
    return end;
  }

  /** Writes a batch and flushes it. After a failure the segment takes no more. */
  void write(List<byte[]> records) throws IOException {
    List<byte[]> parts = batches == 0 ? Link.first(link, records) : records;
    long next = end + Frame.HEADER;
    var crc = new CRC32C();
    for (byte[] record : parts) {
      next += record.length;
      crc.update(record);
    }
    if (next > allocated) {
      lengthen((next / ahead + 1) * ahead);
    }
    buffer.clear();
    int length = (int) (next - end - Frame.HEADER);
    Frame.header(buffer, name.salt(), batches, length, (int) crc.getValue());
    long position = end;
    for (byte[] record : parts) {
      int from = 0;
      while (from < record.length) {
        if (!buffer.hasRemaining()) {
          position = drain(position);
        }
        int part = Math.min(buffer.remaining(), record.length - from);
        buffer.put(record, from, part);
        from += part;
      }
    }
    drain(position);
    handle.force(false);
    end = next;
    batches++;
  }

  /** Closes a file that is not trusted any more; whatever closing says is of no interest. */
  void abandon() {
    try {
      handle.close();
    } catch (IOException e) {
      // The caller is about to report why it gave up, or has all it needs on disk.
    }
  }

  private long drain(long position) throws IOException {
    buffer.flip();
    int length = buffer.remaining();
    handle.write(buffer, position);
    buffer.clear();
    return position + length;
  }

  private void lengthen(long size) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining()) {
      buffer.putLong(0);
    }
    for (long at = allocated; at < size; at += buffer.capacity()) {
      buffer.position(0).limit((int) Math.min(buffer.capacity(), size - at));
      handle.write(buffer, at);
    }
    allocated = size;
    buffer.clear();
  }
}
