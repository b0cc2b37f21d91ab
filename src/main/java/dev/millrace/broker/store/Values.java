package dev.millrace.broker.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/** Strings, bytes and application properties, packed. The tags stay what they are for ever. */
final class Values {
  private Values() {}

  static void putBytes(WriteBuffer to, byte[] bytes) {
    to.putVarInt(bytes.length).put(bytes);
  }

  static byte[] bytes(ByteBuffer from) {
    byte[] bytes = new byte[DataUtils.readVarInt(from)];
    from.get(bytes);
    return bytes;
  }

  /** The length plus one, then UTF-8; zero is null. */
  static void putText(WriteBuffer to, @Nullable String text) {
    if (text == null) {
      to.putVarInt(0);
    } else {
      byte[] bytes = text.getBytes(UTF_8);
      to.putVarInt(bytes.length + 1).put(bytes);
    }
  }

  static @Nullable String text(ByteBuffer from) {
    int length = DataUtils.readVarInt(from);
    if (length == 0) {
      return null;
    }
    byte[] bytes = new byte[length - 1];
    from.get(bytes);
    return new String(bytes, UTF_8);
  }

  static String presentText(ByteBuffer from) {
    String text = text(from);
    if (text == null) {
      throw new IllegalStateException("a name is missing in the store");
    }
    return text;
  }

  static void putProperties(WriteBuffer to, Map<String, Object> properties) {
    to.putVarInt(properties.size());
    properties.forEach(
        (name, value) -> {
          putText(to, name);
          putValue(to, value);
        });
  }

  static Map<String, Object> properties(ByteBuffer from) {
    int size = DataUtils.readVarInt(from);
    if (size == 0) {
      return Map.of();
    }
    var properties = new LinkedHashMap<String, Object>();
    for (int i = 0; i < size; i++) {
      properties.put(presentText(from), value(from));
    }
    return properties;
  }

  private static void putValue(WriteBuffer to, Object value) {
    switch (value) {
      case String s -> putText(to.put((byte) 1), s);
      case Boolean b -> to.put((byte) 2).put((byte) (b ? 1 : 0));
      case Long n -> to.put((byte) 3).putLong(n);
      case Integer n -> to.put((byte) 4).putInt(n);
      case Short n -> to.put((byte) 5).putShort(n);
      case Byte n -> to.put((byte) 6).put(n);
      case Double n -> to.put((byte) 7).putDouble(n);
      case Float n -> to.put((byte) 8).putFloat(n);
      case Character c -> to.put((byte) 9).putInt(c);
      case BigDecimal n -> putText(to.put((byte) 10), n.toString());
      case Instant t -> to.put((byte) 11).putLong(t.toEpochMilli());
      case UUID u ->
          to.put((byte) 12)
              .putLong(u.getMostSignificantBits())
              .putLong(u.getLeastSignificantBits());
      case byte[] b -> putBytes(to.put((byte) 13), b);
      // Message keeps others out.
      default -> throw new IllegalStateException("cannot keep a " + value.getClass().getName());
    }
  }

  private static Object value(ByteBuffer from) {
    byte tag = from.get();
    return switch (tag) {
      case 1 -> presentText(from);
      case 2 -> from.get() == 1;
      case 3 -> from.getLong();
      case 4 -> from.getInt();
      case 5 -> from.getShort();
      case 6 -> from.get();
      case 7 -> from.getDouble();
      case 8 -> from.getFloat();
      case 9 -> (char) from.getInt();
      case 10 -> new BigDecimal(presentText(from));
      case 11 -> Instant.ofEpochMilli(from.getLong());
      case 12 -> new UUID(from.getLong(), from.getLong());
      case 13 -> bytes(from);
      default -> throw new IllegalStateException("unknown kind of value in the store: " + tag);
    };
  }
}
