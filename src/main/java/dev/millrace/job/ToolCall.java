package dev.millrace.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model's wish to have a tool called. The id is the model's own and need not be unique. */
public record ToolCall(String id, String name, Map<String, Object> arguments) {
  public ToolCall {
    // not Map.copyOf: JSON has nulls, and keeps its order
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }
}
