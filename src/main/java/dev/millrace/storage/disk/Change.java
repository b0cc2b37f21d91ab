package dev.millrace.storage.disk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** One change to the store, as it stands in the write-ahead log. */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never handed out.
sealed interface Change {
  /** The name it is about. */
  String name();

  /** An empty log appears. */
  record Create(String name, Instant at) implements Change {}

  /** A log that is {@code position} bytes long grows. */
  record Append(String name, Instant at, long position, byte[] bytes) implements Change {}

  /** A small blob appears. */
  record Put(String name, Instant at, byte[] bytes) implements Change {}

  /** A large blob appears, whose bytes are durable already in a file among the parked ones. */
  record Park(String name, Instant at, String file, long length) implements Change {}

  /** Whatever has the name is gone. */
  record Delete(String name) implements Change {}

  static byte[] encode(List<Change> changes) {
    int size = 0;
    for (Change change : changes) {
      size += size(change);
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    for (Change change : changes) {
      write(change, out);
    }
    return out.array();
  }

  /** Reads what {@link #encode} wrote; anything else ends in some RuntimeException. */
  static List<Change> decode(ByteBuffer in) {
    List<Change> changes = new ArrayList<>();
    while (in.hasRemaining()) {
      changes.add(read(in));
    }
    return changes;
  }

  private static int size(Change change) {
    int head = 1 + 2 + change.name().length();
    return switch (change) {
      case Create c -> head + 8;
      case Append c -> head + 8 + 8 + 4 + c.bytes().length;
      case Put c -> head + 8 + 4 + c.bytes().length;
      case Park c -> head + 8 + 2 + c.file().length() + 8;
      case Delete c -> head;
    };
  }

  private static void write(Change change, ByteBuffer out) {
    switch (change) {
      case Create c -> head(out, 'c', c.name()).putLong(micros(c.at()));
      case Append c ->
          head(out, 'a', c.name())
              .putLong(micros(c.at()))
              .putLong(c.position())
              .putInt(c.bytes().length)
              .put(c.bytes());
      case Put c ->
          head(out, 'b', c.name()).putLong(micros(c.at())).putInt(c.bytes().length).put(c.bytes());
      case Park c -> {
        head(out, 'p', c.name()).putLong(micros(c.at()));
        text(out, c.file()).putLong(c.length());
      }
      case Delete c -> head(out, 'd', c.name());
    }
  }

  private static Change read(ByteBuffer in) {
    char type = (char) in.get();
    String name = text(in);
    return switch (type) {
      case 'c' -> new Create(name, instant(in.getLong()));
      case 'a' -> new Append(name, instant(in.getLong()), in.getLong(), bytes(in));
      case 'b' -> new Put(name, instant(in.getLong()), bytes(in));
      case 'p' -> new Park(name, instant(in.getLong()), text(in), in.getLong());
      case 'd' -> new Delete(name);
      default -> throw new IllegalArgumentException("unknown change " + (int) type);
    };
  }

  private static ByteBuffer head(ByteBuffer out, char type, String name) {
    return text(out.put((byte) type), name);
  }

  private static ByteBuffer text(ByteBuffer out, String text) {
    return out.putShort((short) text.length()).put(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[in.getShort()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
