package dev.millrace.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's wish to have a tool called. The id is the model's own and need not be unique.
 *
 * @param unreadable what the model wrote in place of arguments, if it was no JSON object; the call
 *     is not made, and the model is told
 */
public record ToolCall(
    String id, String name, Map<String, Object> arguments, @Nullable String unreadable) {
  public ToolCall {
    // not Map.copyOf: JSON has nulls, and keeps its order
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  public static ToolCall of(String id, String name, Map<String, Object> arguments) {
    return new ToolCall(id, name, arguments, null);
  }

  public static ToolCall unreadable(String id, String name, String text) {
    return new ToolCall(id, name, Map.of(), text);
  }
}
