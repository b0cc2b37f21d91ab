package dev.millrace.amqp.wire;

import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as either codec decodes them, in plain Java as the broker takes them. */
public final class Values {
  private Values() {}

  /** With names as strings; entries without a value are left out. */
  public static Map<String, Object> plain(@Nullable Map<?, ?> decoded) {
    if (decoded == null) {
      return Map.of();
    }
    var map = new LinkedHashMap<String, Object>();
    decoded.forEach(
        (name, value) -> {
          if (value != null) {
            map.put(name.toString(), plain(value));
          }
        });
    return Collections.unmodifiableMap(map);
  }

  private static Object plain(Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean bool -> bool;
      case Byte number -> number;
      case Short number -> number;
      case Integer number -> number;
      case Long number -> number;
      case Float number -> number;
      case Double number -> number;
      case Character character -> character;
      case java.util.UUID id -> id;
      case Date time -> time.toInstant();
      case Number other -> other.longValue();
      case org.apache.qpid.proton.amqp.Binary binary -> binary(binary);
      case org.apache.qpid.protonj2.types.Binary binary -> binary.asByteArray();
      default -> value.toString();
    };
  }

  private static byte[] binary(org.apache.qpid.proton.amqp.Binary binary) {
    var bytes = new byte[binary.getLength()];
    binary.asByteBuffer().get(bytes);
    return bytes;
  }
}
