package dev.millrace.model.openai;

import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.model.LanguageModel.Picture;
import dev.millrace.model.LanguageModel.Prompt;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The messages as servers want them: each call under an id of its own, each call answered right
 * behind it, nothing answered that was not called, and pictures only where a user shows them.
 */
final class Transcript {
  private final Prompt prompt;
  private final ObjectMapper json;
  private final List<Map<String, Object>> messages = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  /** The calls that wait for their answer, by the id that the model gave. */
  private final Map<String, Deque<String>> open = new LinkedHashMap<>();

  /** What tools have made, to be shown when the last of them has answered. */
  private final List<Picture> shown = new ArrayList<>();

  Transcript(Prompt prompt, ObjectMapper json) {
    this.prompt = prompt;
    this.json = json;
  }

  List<Map<String, Object>> messages() {
    for (int index = 0; index < prompt.messages().size(); index++) {
      add(prompt.messages().get(index), pictures(index));
    }
    closeCalls();
    return messages;
  }

  private List<Picture> pictures(int index) {
    return prompt.pictures().stream().filter(picture -> picture.message() == index).toList();
  }

  private void add(Message message, List<Picture> pictures) {
    switch (message.role()) {
      case SYSTEM -> {
        closeCalls();
        messages.add(Map.of("role", "system", "content", message.text()));
      }
      case USER -> {
        closeCalls();
        messages.add(user(message.text(), pictures));
      }
      case ASSISTANT -> {
        closeCalls();
        messages.add(assistant(message));
      }
      case TOOL -> {
        if (answer(String.valueOf(message.callId()), message.text())) {
          shown.addAll(pictures);
        }
      }
    }
  }

  private static Map<String, Object> user(String text, List<Picture> pictures) {
    if (pictures.isEmpty()) {
      return Map.of("role", "user", "content", text);
    }
    var parts = new ArrayList<Map<String, Object>>();
    parts.add(Map.of("type", "text", "text", text));
    for (Picture picture : pictures) {
      String url =
          "data:%s;base64,%s"
              .formatted(
                  picture.mediaType(), Base64.getEncoder().encodeToString(picture.content()));
      parts.add(Map.of("type", "image_url", "image_url", Map.of("url", url)));
    }
    return Map.of("role", "user", "content", parts);
  }

  private Map<String, Object> assistant(Message message) {
    if (message.toolCalls().isEmpty()) {
      return Map.of("role", "assistant", "content", message.text());
    }
    var calls = new ArrayList<Map<String, Object>>();
    for (ToolCall call : message.toolCalls()) {
      String id = ids.add(call.id()) ? call.id() : another();
      open.computeIfAbsent(call.id(), key -> new ArrayDeque<>()).add(id);
      calls.add(
          Map.of(
              "id",
              id,
              "type",
              "function",
              "function",
              Map.of("name", call.name(), "arguments", arguments(call))));
    }
    return Map.of("role", "assistant", "content", message.text(), "tool_calls", calls);
  }

  private String another() {
    String id = "call_" + (ids.size() + 1);
    while (!ids.add(id)) {
      id += "_";
    }
    return id;
  }

  /** Always an object, for there are servers that fail over anything else. */
  private String arguments(ToolCall call) {
    try {
      return json.writeValueAsString(
          call.unreadable() == null ? call.arguments() : Map.of("unreadable", call.unreadable()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean answer(String callId, String text) {
    Deque<String> waiting = open.get(callId);
    if (waiting == null || waiting.isEmpty()) {
      return false;
    }
    messages.add(Map.of("role", "tool", "tool_call_id", waiting.remove(), "content", text));
    return true;
  }

  private void closeCalls() {
    open.values().stream()
        .flatMap(Deque::stream)
        .forEach(
            id ->
                messages.add(
                    Map.of("role", "tool", "tool_call_id", id, "content", "(no answer is known)")));
    open.clear();
    if (!shown.isEmpty()) {
      messages.add(user("(What the tools have drawn.)", List.copyOf(shown)));
      shown.clear();
    }
  }
}
