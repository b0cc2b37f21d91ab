package dev.millrace.amqp.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Encoded AMQP values, one behind the other, in an array that grows. */
final class Encoding {
  private byte[] bytes;
  private int size;

  Encoding(int expected) {
    bytes = new byte[expected];
  }

  byte[] toBytes() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  Encoding section(int descriptor) {
    return raw(0x00, 0x53, descriptor);
  }

  /** Begins a list or map of up to 4 GB; {@link #close} writes how large it became. */
  int open(boolean map) {
    raw(map ? 0xd1 : 0xd0);
    int mark = size;
    number(0);
    number(0);
    return mark;
  }

  void close(int mark, int count) {
    var view = ByteBuffer.wrap(bytes);
    view.putInt(mark, size - mark - Integer.BYTES);
    view.putInt(mark + Integer.BYTES, count);
  }

  Encoding nothing() {
    return raw(0x40);
  }

  Encoding bool(boolean value) {
    return raw(value ? 0x41 : 0x42);
  }

  Encoding ubyte(int value) {
    return raw(0x50, value);
  }

  Encoding uint(long value) {
    raw(0x70);
    return number((int) value);
  }

  Encoding symbol(String ascii) {
    raw(0xa3, ascii.length());
    return put(ascii.getBytes(StandardCharsets.US_ASCII));
  }

  Encoding integer(int value) {
    raw(0x71);
    return number(value);
  }

  Encoding number64(long value) {
    raw(0x81);
    return wide(value);
  }

  Encoding timestamp(Instant time) {
    raw(0x83);
    return wide(time.toEpochMilli());
  }

  Encoding string(String text) {
    var utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length < 256) {
      raw(0xa1, utf8.length);
    } else {
      raw(0xb1);
      number(utf8.length);
    }
    return put(utf8);
  }

  /** A value of an application property; what has no AMQP form of its own goes as its text. */
  Encoding any(@Nullable Object value) {
    return switch (value) {
      case null -> nothing();
      case Boolean b -> bool(b);
      case Byte b -> raw(0x51, b);
      case Short s -> raw(0x61, s >> 8, s);
      case Integer i -> integer(i);
      case Long l -> number64(l);
      case Float f -> {
        raw(0x72);
        yield number(Float.floatToIntBits(f));
      }
      case Double d -> {
        raw(0x82);
        yield wide(Double.doubleToLongBits(d));
      }
      case Instant time -> timestamp(time);
      case Date time -> timestamp(time.toInstant());
      case UUID id -> {
        raw(0x98);
        yield wide(id.getMostSignificantBits()).wide(id.getLeastSignificantBits());
      }
      case byte[] binary -> {
        raw(0xb0);
        yield number(binary.length).put(binary);
      }
      default -> string(value.toString());
    };
  }

  Encoding copy(byte[] from, int start, int end) {
    room(end - start);
    System.arraycopy(from, start, bytes, size, end - start);
    size += end - start;
    return this;
  }

  private Encoding put(byte[] more) {
    return copy(more, 0, more.length);
  }

  private Encoding raw(int... more) {
    room(more.length);
    for (int one : more) {
      bytes[size++] = (byte) one;
    }
    return this;
  }

  private Encoding number(int value) {
    return raw(value >> 24, value >> 16, value >> 8, value);
  }

  private Encoding wide(long value) {
    number((int) (value >> 32));
    return number((int) value);
  }

  private void room(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
