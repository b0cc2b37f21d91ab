package dev.millrace.storage.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens the first batch of every segment: which segment came before, and how much of that one
 * counts. A batch whose flush failed may be on disk behind that end; it was reported as failed and
 * others may have taken its place.
 */
record Link(long previous, long end) {
  static final int SIZE = 16;
  static final Link NONE = new Link(0, 0);

  static List<byte[]> first(Link link, List<byte[]> records) {
    List<byte[]> all = new ArrayList<>(records.size() + 1);
    all.add(ByteBuffer.allocate(SIZE).putLong(link.previous).putLong(link.end).array());
    all.addAll(records);
    return all;
  }

  static Link read(ByteBuffer in) {
    return new Link(in.getLong(), in.getLong());
  }
}
