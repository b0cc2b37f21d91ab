package dev.millrace.broker;

import dev.millrace.broker.Refused.Reason;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Application properties that can be kept and compared. */
public final class Properties {
  private Properties() {}

  /**
   * A copy without those that are null.
   *
   * @throws Refused {@code INVALID} if one is of another type
   */
  public static Map<String, Object> simple(Map<String, ? extends @Nullable Object> properties) {
    if (properties.isEmpty()) {
      return Map.of();
    }
    Map<String, Object> simple = new HashMap<>();
    properties.forEach(
        (name, value) -> {
          if (value != null) {
            simple.put(name, checked(name, value));
          }
        });
    return Map.copyOf(simple);
  }

  private static Object checked(String name, Object value) {
    return switch (value) {
      case String s -> s;
      case Boolean b -> b;
      case Long n -> n;
      case Integer n -> n;
      case Short n -> n;
      case Byte n -> n;
      case Double n -> n;
      case Float n -> n;
      case BigDecimal n -> n;
      case Character c -> c;
      case Instant t -> t;
      case UUID u -> u;
      case byte[] b -> b;
      default ->
          throw new Refused(
              Reason.INVALID,
              "The application property '"
                  + name
                  + "' has a value of the type "
                  + value.getClass().getSimpleName()
                  + "; simple types are supported.");
    };
  }
}
