package dev.millrace.model;

import dev.millrace.job.Message;
import dev.millrace.job.Usage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that answers messages. Safe for use by many threads; an interrupt ends a call. */
public interface LanguageModel {
  /** The model's name, as results show it. */
  String name();

  /**
   * Asks for the next message.
   *
   * @throws dev.millrace.job.Unavailable when the model cannot be reached, after the patience of
   *     its adapter
   */
  Reply reply(Prompt prompt);

  /**
   * What is asked.
   *
   * @param modelState what the model gave with its last answer in this conversation, if it did
   */
  record Prompt(
      List<Message> messages, List<ToolSpec> tools, @Nullable Map<String, Object> modelState) {
    public Prompt {
      messages = List.copyOf(messages);
      tools = List.copyOf(tools);
    }
  }

  /** A tool as a model sees it; the schema is a JSON Schema of its arguments. */
  record ToolSpec(String name, String description, Map<String, Object> schema) {}

  /** What came back. */
  sealed interface Reply {
    /**
     * @param modelState what this model needs to go on from here, beside the messages
     */
    record Answer(Message message, Usage usage, @Nullable Map<String, Object> modelState)
        implements Reply {}

    /** A content filter said no; asking again would not help. */
    record Refused(String why) implements Reply {}

    /** The messages are more than the model can take in. */
    record TooLong(String why) implements Reply {}
  }
}
