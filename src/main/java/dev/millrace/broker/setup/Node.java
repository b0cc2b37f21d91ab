package dev.millrace.broker.setup;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that is read key by key. Whatever is wrong is noted with its place, and reading
 * goes on; {@link #end} notes the keys that nobody asked for.
 */
final class Node {
  private final String path;
  private final Map<?, ?> values;
  private final List<String> findings;
  private final Set<String> known = new LinkedHashSet<>();

  Node(String path, @Nullable Object value, List<String> findings) {
    this.path = path;
    this.findings = findings;
    if (value instanceof Map<?, ?> map) {
      this.values = map;
    } else {
      this.values = Map.of();
      findings.add((path.isEmpty() ? "the file" : path) + ": an object { } is expected");
    }
  }

  boolean has(String key) {
    return values.get(key) != null;
  }

  Node child(String key) {
    Object value = value(key);
    return new Node(at(key), value == null ? Map.of() : value, findings);
  }

  List<Node> children(String key) {
    Object value = value(key);
    List<Node> nodes = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        nodes.add(new Node(at(key) + "[" + i + "]", list.get(i), findings));
      }
    } else if (value != null) {
      fault(key, "a list [ ] is expected");
    }
    return nodes;
  }

  String text(String key) {
    Object value = value(key);
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    fault(key, value == null ? "it is missing" : "a text is expected");
    return "";
  }

  @Nullable String textOrNull(String key) {
    return value(key) == null ? null : text(key);
  }

  boolean flag(String key, boolean otherwise) {
    Object value = value(key);
    if (value == null || value instanceof Boolean) {
      return value == null ? otherwise : (Boolean) value;
    }
    fault(key, "true or false is expected");
    return otherwise;
  }

  long number(String key, long otherwise, long min, long max) {
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number
        && number.doubleValue() == number.longValue()
        && number.longValue() >= min
        && number.longValue() <= max) {
      return number.longValue();
    }
    fault(key, "a whole number between " + min + " and " + max + " is expected");
    return otherwise;
  }

  @Nullable Duration duration(
      String key, @Nullable Duration otherwise, Duration min, Duration max) {
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    try {
      if (value instanceof String text) {
        Duration duration = IsoDuration.parse(text);
        if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
          return duration;
        }
      }
    } catch (DateTimeException e) {
      // Reported below, with what is expected.
    }
    fault(
        key, "a duration between " + min + " and " + max + " is expected, written like \"PT30S\"");
    return otherwise;
  }

  Map<?, ?> map(String key) {
    Object value = value(key);
    if (value == null || value instanceof Map) {
      return value == null ? Map.of() : (Map<?, ?>) value;
    }
    fault(key, "an object { } is expected");
    return Map.of();
  }

  /** What exists elsewhere, and not here; an empty or false value asks for nothing. */
  void unsupported(String key) {
    Object value = value(key);
    if (value != null && !value.equals("") && !value.equals(false)) {
      fault(key, "this is not supported here; leave it out");
    }
  }

  /** What is of no consequence here. */
  void ignore(String key) {
    known.add(key);
  }

  void fault(String key, String what) {
    findings.add(at(key) + ": " + what);
  }

  void end() {
    for (Object key : values.keySet()) {
      if (!(key instanceof String name) || !known.contains(name)) {
        findings.add(
            at(String.valueOf(key)) + ": unknown key; known are " + String.join(", ", known));
      }
    }
  }

  private @Nullable Object value(String key) {
    known.add(key);
    return values.get(key);
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
