package dev.millrace.amqp.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Walks over encoded AMQP values. A value can be stepped over without being decoded: how long it is
 * follows from its first byte and, for those of variable width, from the size behind it.
 */
final class Cursor {
  private static final int DESCRIBED = 0x00;

  private final ByteBuffer bytes;

  /** Over the part of the array that begins at {@code from} and ends before {@code to}. */
  Cursor(byte[] array, int from, int to) {
    bytes = ByteBuffer.wrap(array, from, to - from);
  }

  boolean atEnd() {
    return !bytes.hasRemaining();
  }

  int position() {
    return bytes.position();
  }

  /** Over one whole value, with its descriptor if it has one. */
  void skip() {
    int code = code();
    if (code == DESCRIBED) {
      skip();
      skip();
    } else {
      skipBody(code);
    }
  }

  /** The descriptor of the described value that begins here, which its value follows. */
  long descriptor() {
    if (code() != DESCRIBED) {
      throw new Unreadable("a section does not begin with a descriptor");
    }
    int code = code();
    return switch (code) {
      case 0x44 -> 0;
      case 0x53 -> take();
      case 0x80 -> bytes.getLong();
      case 0xa3, 0xb3 -> Sections.named(text(code));
      default -> throw new Unreadable("a section has a descriptor of type 0x%x".formatted(code));
    };
  }

  /** Steps into a list or map and says how many values are in it; 0 for null. */
  int open() {
    int code = code();
    return switch (code) {
      case 0x40, 0x45 -> 0;
      case 0xc0, 0xc1 -> {
        take();
        yield take();
      }
      case 0xd0, 0xd1 -> {
        bytes.getInt();
        yield bytes.getInt();
      }
      default -> throw new Unreadable("0x%x is neither a list nor a map".formatted(code));
    };
  }

  /** Steps into a binary or string value and says how many bytes it has. */
  int openBytes() {
    int code = code();
    return switch (code) {
      case 0xa0, 0xa1, 0xa3 -> take();
      case 0xb0, 0xb1, 0xb3 -> bytes.getInt();
      default -> throw new Unreadable("0x%x is no sequence of bytes".formatted(code));
    };
  }

  /**
   * The value here: strings and symbols as String, numbers in the narrowest type of Java that holds
   * all of their type, an Instant, UUID, Character or byte[]; of a described value what it
   * describes; null of null and of anything else, which is stepped over.
   */
  @Nullable Object value() {
    int code = code();
    return switch (code) {
      case DESCRIBED -> {
        skip();
        yield value();
      }
      case 0x41 -> true;
      case 0x42 -> false;
      case 0x56 -> take() != 0;
      case 0x50 -> (short) take();
      case 0x51 -> bytes.get();
      case 0x60 -> Short.toUnsignedInt(bytes.getShort());
      case 0x61 -> bytes.getShort();
      case 0x54 -> (int) bytes.get();
      case 0x71 -> bytes.getInt();
      case 0x43, 0x44 -> 0L;
      case 0x52, 0x53 -> (long) take();
      case 0x70 -> Integer.toUnsignedLong(bytes.getInt());
      case 0x55 -> (long) bytes.get();
      case 0x80, 0x81 -> bytes.getLong();
      case 0x72 -> bytes.getFloat();
      case 0x82 -> bytes.getDouble();
      case 0x73 -> character(bytes.getInt());
      case 0x83 -> Instant.ofEpochMilli(bytes.getLong());
      case 0x98 -> new UUID(bytes.getLong(), bytes.getLong());
      case 0xa1, 0xb1, 0xa3, 0xb3 -> text(code);
      case 0xa0, 0xb0 -> binary(code);
      default -> {
        skipBody(code);
        yield null;
      }
    };
  }

  private static Object character(int codePoint) {
    return Character.isBmpCodePoint(codePoint)
        ? (Object) (char) codePoint
        : Character.toString(codePoint);
  }

  private byte[] binary(int code) {
    int length = code < 0xb0 ? take() : bytes.getInt();
    int at = bytes.position();
    move(length);
    return Arrays.copyOfRange(bytes.array(), at, at + length);
  }

  private String text(int code) {
    int length = code < 0xb0 ? take() : bytes.getInt();
    int at = bytes.position();
    move(length);
    return new String(bytes.array(), at, length, StandardCharsets.UTF_8);
  }

  /** The high half of the code says how wide a value is (AMQP 1.0, section 1.2). */
  private void skipBody(int code) {
    switch (code >> 4) {
      case 0x4 -> {}
      case 0x5 -> move(1);
      case 0x6 -> move(2);
      case 0x7 -> move(4);
      case 0x8 -> move(8);
      case 0x9 -> move(16);
      case 0xa, 0xc, 0xe -> move(take());
      case 0xb, 0xd, 0xf -> move(bytes.getInt());
      default -> throw new Unreadable("0x%x begins no AMQP value".formatted(code));
    }
  }

  void move(int length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new Unreadable("a value reaches beyond the end of the message");
    }
    bytes.position(bytes.position() + length);
  }

  private int code() {
    return take();
  }

  private int take() {
    try {
      return Byte.toUnsignedInt(bytes.get());
    } catch (BufferUnderflowException e) {
      throw new Unreadable("the message ends within a value", e);
    }
  }
}
