package dev.millrace.storage.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The bytes of one thing: first those in a file, then those in memory. */
final class Content extends InputStream {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final Disk.@Nullable Handle file;
  private final long inFile;
  private final List<Slice> slices;
  private long position;
  private long end = Long.MAX_VALUE;

  /** The first {@code length} of some bytes. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, never handed out.
  record Slice(byte[] bytes, int length) {}

  /**
   * @param inFile how many bytes of the file belong to it
   */
  Content(Disk.@Nullable Handle file, long inFile, List<Slice> slices) {
    this.file = file;
    this.inFile = inFile;
    this.slices = List.copyOf(slices);
  }

  /** Narrows it to a range. */
  Content range(long from, long length) {
    position = from;
    end = length > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + length;
    return this;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    int wanted = (int) Math.min(length, end - position);
    int got = wanted <= 0 ? -1 : position < inFile ? fromFile(into, offset, wanted) : -2;
    if (got == -2) {
      got = fromMemory(into, offset, wanted);
    }
    if (got > 0) {
      position += got;
    }
    return got;
  }

  /** In one piece: it is known how many there are. */
  @Override
  public byte[] readAllBytes() throws IOException {
    long last = inFile + slices.stream().mapToLong(Slice::length).sum();
    long left = Math.max(0, Math.min(end, last) - position);
    if (left >= LARGEST_ARRAY) {
      return super.readAllBytes();
    }
    byte[] all = new byte[(int) left];
    int got = readNBytes(all, 0, all.length);
    return got == all.length ? all : Arrays.copyOf(all, got);
  }

  private int fromFile(byte[] into, int offset, int length) throws IOException {
    if (file == null) {
      throw new IllegalStateException("bytes are in a file that was not opened");
    }
    int wanted = (int) Math.min(length, inFile - position);
    int got = file.read(ByteBuffer.wrap(into, offset, wanted), position);
    if (got < 0) {
      throw new IOException("the file ends at byte %d, before %d".formatted(position, inFile));
    }
    return got;
  }

  private int fromMemory(byte[] into, int offset, int length) {
    long start = inFile;
    for (Slice slice : slices) {
      if (position < start + slice.length) {
        int at = (int) (position - start);
        int got = Math.min(length, slice.length - at);
        System.arraycopy(slice.bytes, at, into, offset, got);
        return got;
      }
      start += slice.length;
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
