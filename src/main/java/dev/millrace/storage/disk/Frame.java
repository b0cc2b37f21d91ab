package dev.millrace.storage.disk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The envelope of a batch: magic, salt of the file, number of the batch in the file, length and
 * CRC-32C of what follows, CRC-32C of these. One batch is one frame, so it is there whole or not at
 * all.
 */
record Frame(long batch, ByteBuffer payload) {
  static final int HEADER = 4 + 8 + 8 + 4 + 4 + 4;
  private static final int MAGIC = 0x4d_52_57_31;

  static void header(ByteBuffer out, long salt, long batch, int length, int crc) {
    int start = out.position();
    out.putInt(MAGIC).putLong(salt).putLong(batch).putInt(length).putInt(crc);
    var own = new CRC32C();
    own.update(out.duplicate().flip().position(start));
    out.putInt((int) own.getValue());
  }

  /** The frame that begins at a position, or null if none does. */
  static @Nullable Frame at(ByteBuffer file, int position, long salt) {
    if (file.limit() - position < HEADER
        || file.getInt(position) != MAGIC
        || file.getLong(position + 4) != salt) {
      return null;
    }
    var crc = new CRC32C();
    crc.update(file.slice(position, HEADER - 4));
    int length = file.getInt(position + 20);
    if ((int) crc.getValue() != file.getInt(position + HEADER - 4)
        || length < 0
        || length > file.limit() - position - HEADER) {
      return null;
    }
    ByteBuffer payload = file.slice(position + HEADER, length);
    crc.reset();
    crc.update(payload.duplicate());
    return (int) crc.getValue() == file.getInt(position + 24)
        ? new Frame(file.getLong(position + 12), payload)
        : null;
  }

  int size() {
    return HEADER + payload.limit();
  }
}
