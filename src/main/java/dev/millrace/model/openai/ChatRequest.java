package dev.millrace.model.openai;

import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.ToolSpec;
import io.micronaut.serde.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A prompt as a request says it. */
final class ChatRequest {
  /** What a request can do without, by the names that servers complain with. */
  static final Set<String> OPTIONAL = Set.of("stream_options", "response_format", "temperature");

  private ChatRequest() {}

  /**
   * @param without names of {@link #OPTIONAL} that the server does not take
   */
  static Map<String, Object> of(
      Prompt prompt, @Nullable Double temperature, Set<String> without, ObjectMapper json) {
    var request = new LinkedHashMap<String, Object>();
    request.put("messages", new Transcript(prompt, json).messages());
    request.put("stream", true);
    request.put("stream_options", Map.of("include_usage", true));
    if (temperature != null) {
      request.put("temperature", temperature);
    }
    if (!prompt.tools().isEmpty()) {
      request.put("tools", prompt.tools().stream().map(ChatRequest::tool).toList());
    }
    if (prompt.schema() != null) {
      request.put("response_format", answer(prompt.schema()));
    }
    request.keySet().removeAll(without);
    return request;
  }

  private static Map<String, Object> tool(ToolSpec tool) {
    return Map.of(
        "type",
        "function",
        "function",
        Map.of(
            "name", tool.name(), "description", tool.description(), "parameters", tool.schema()));
  }

  private static Map<String, Object> answer(Map<String, Object> schema) {
    return Map.of(
        "type",
        "json_schema",
        "json_schema",
        Map.of("name", "answer", "schema", schema, "strict", canBeStrict(schema)));
  }

  /** Strict output takes only objects that are closed and need all of their properties. */
  private static boolean canBeStrict(Object part) {
    return switch (part) {
      case Map<?, ?> map ->
          (!(map.get("properties") instanceof Map<?, ?> properties)
                  || (Boolean.FALSE.equals(map.get("additionalProperties"))
                      && map.get("required") instanceof List<?> required
                      && required.containsAll(properties.keySet())))
              && map.values().stream().allMatch(each -> each == null || canBeStrict(each));
      case List<?> list -> list.stream().allMatch(each -> each == null || canBeStrict(each));
      default -> true;
    };
  }
}
