package dev.millrace.model.claude;

import dev.millrace.job.Message;
import dev.millrace.job.Message.Role;
import dev.millrace.job.ToolCall;
import dev.millrace.model.LanguageModel.Prompt;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Messages as one text. Those of the past are lines of JSON, so that none can pose as another. */
final class Conversation {
  private Conversation() {}

  /** Everything, for one that knows nothing. */
  static String whole(Prompt prompt, ObjectMapper json) {
    List<Message> messages = prompt.messages();
    var instructions =
        messages.stream()
            .filter(message -> message.role() == Role.SYSTEM)
            .map(Message::text)
            .collect(Collectors.joining("\n\n"));
    var past = messages.stream().filter(message -> message.role() != Role.SYSTEM).toList();
    boolean single = past.size() == 1;
    return join(
        instructions,
        single ? "" : "What was said so far, one message in each line:\n" + lines(past, json),
        single ? past.getFirst().text() : "Answer the last message of the user.",
        schema(prompt, json));
  }

  /** What was said since its last answer. */
  static String since(Prompt prompt, ObjectMapper json) {
    List<Message> messages = prompt.messages();
    List<Message> fresh = messages.subList(lastOf(messages, Role.ASSISTANT) + 1, messages.size());
    boolean onlyUser = fresh.stream().allMatch(message -> message.role() == Role.USER);
    return join(
        onlyUser
            ? fresh.stream().map(Message::text).collect(Collectors.joining("\n\n"))
            : lines(fresh, json),
        schema(prompt, json));
  }

  private static int lastOf(List<Message> messages, Role role) {
    int index = messages.size() - 1;
    while (index >= 0 && messages.get(index).role() != role) {
      index--;
    }
    return index;
  }

  private static String lines(List<Message> messages, ObjectMapper json) {
    return messages.stream()
        .map(
            message ->
                written(
                    Map.of(
                        "role", message.role().name().toLowerCase(Locale.ROOT),
                        "text", message.text(),
                        "called", message.toolCalls().stream().map(ToolCall::name).toList()),
                    json))
        .collect(Collectors.joining("\n"));
  }

  private static String schema(Prompt prompt, ObjectMapper json) {
    return prompt.schema() == null
        ? ""
        : "Answer with JSON alone, no other word, that follows this JSON Schema:\n"
            + written(prompt.schema(), json);
  }

  private static String written(Map<String, Object> value, ObjectMapper json) {
    try {
      return json.writeValueAsString(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String join(String... parts) {
    return List.of(parts).stream()
        .filter(part -> !part.isBlank())
        .collect(Collectors.joining("\n\n"));
  }
}
