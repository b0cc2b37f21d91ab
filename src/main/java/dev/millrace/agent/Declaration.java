package dev.millrace.agent;

import dev.millrace.job.Limits;
import dev.millrace.tool.schema.JsonSchema;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the settings say of one agent, read key by key. What cannot be used is among the faults, and
 * the usual value takes its place until all is read.
 */
record Declaration(String name, Map<String, Object> keys, List<String> faults) {

  String instructions() {
    if (!keys.containsKey("instructions")) {
      wrong("instructions", "is missing: say what the agent is to do.");
    }
    return text("instructions", "");
  }

  String text(String key, String otherwise) {
    return keys.getOrDefault(key, otherwise).toString();
  }

  List<String> words(String key) {
    return AgentSettings.words(keys.getOrDefault(key, List.of()));
  }

  Limits limits() {
    Limits usual = Limits.USUAL;
    return new Limits(
        (int) number("limits.turns", usual.turns(), 1_000),
        (int) number("limits.tool-calls", usual.toolCalls(), 10_000),
        number("limits.tokens", usual.tokens(), Long.MAX_VALUE),
        (int) number("limits.seconds", usual.seconds(), Integer.MAX_VALUE),
        number("limits.output-bytes", usual.outputBytes(), Long.MAX_VALUE));
  }

  private long number(String key, long otherwise, long most) {
    Object value = keys.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value.toString().strip());
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    wrong(key, "must be a whole number from 1 to " + most + ", not " + value + ".");
    return otherwise;
  }

  Duration deadline() {
    Object value = keys.get("deadline");
    if (value == null) {
      return Agent.USUAL_DEADLINE;
    }
    String text = value.toString().strip();
    try {
      Duration deadline = Duration.parse((text.matches("\\d+d") ? "P" : "PT") + text);
      if (deadline.isPositive()) {
        return deadline;
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    wrong("deadline", "must be a duration such as 90s, 30m, 24h or 7d, not " + value + ".");
    return Agent.USUAL_DEADLINE;
  }

  @Nullable Map<String, Object> schema() {
    Object text = keys.get("response-schema");
    if (text == null) {
      return null;
    }
    try {
      Map<String, Object> schema = JsonSchema.read(text.toString());
      JsonSchema.of(schema);
      return schema;
    } catch (IllegalArgumentException e) {
      wrong("response-schema", "must be a JSON Schema as JSON text: " + e.getMessage());
      return null;
    }
  }

  void wrong(String key, String sentence) {
    faults.add("millrace.agents." + name + "." + key + " " + sentence);
  }
}
