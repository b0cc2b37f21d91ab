package dev.millrace.session.rest.exchange;

import io.micronaut.json.tree.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON of which nothing is certain: what is missing or of another kind counts as nothing. */
public final class Fields {
  private Fields() {}

  /** The first of these fields that is there, in whatever case. */
  public static @Nullable JsonNode field(@Nullable JsonNode object, String... names) {
    if (object == null || !object.isObject()) {
      return null;
    }
    for (String name : names) {
      JsonNode exact = object.get(name);
      if (exact != null) {
        return exact;
      }
      for (Map.Entry<String, JsonNode> each : object.entries()) {
        if (each.getKey().equalsIgnoreCase(name)) {
          return each.getValue();
        }
      }
    }
    return null;
  }

  public static String text(@Nullable JsonNode value) {
    return value == null || value.isNull() || !value.isValueNode() ? "" : value.coerceStringValue();
  }

  public static double number(@Nullable JsonNode value) {
    try {
      return Double.parseDouble(text(value));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  public static boolean isTrue(@Nullable JsonNode value) {
    return text(value).equalsIgnoreCase("true");
  }

  public static @Nullable Instant time(@Nullable JsonNode value) {
    try {
      return OffsetDateTime.parse(text(value)).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** A value as text, whatever it is. */
  public static String anything(JsonNode value) {
    return value.isValueNode() ? value.coerceStringValue() : json(value);
  }

  /** Rarely needed, so without a mapper: what a JSON value looks like. */
  private static String json(JsonNode value) {
    if (value.isArray()) {
      var parts = new ArrayList<String>();
      value.values().forEach(each -> parts.add(json(each)));
      return "[" + String.join(", ", parts) + "]";
    }
    if (value.isObject()) {
      var parts = new ArrayList<String>();
      value.entries().forEach(e -> parts.add(quoted(e.getKey()) + ": " + json(e.getValue())));
      return "{" + String.join(", ", parts) + "}";
    }
    if (value.isNull()) {
      return "null";
    }
    return value.isString() ? quoted(value.getStringValue()) : value.coerceStringValue();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
