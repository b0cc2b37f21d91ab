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

  /** Whether it can be shown pictures; one that cannot is never given any. */
  default boolean sees() {
    return false;
  }

  /** How many tokens it can take in at once, as far as that is known. */
  default long window() {
    return Long.MAX_VALUE;
  }

  /**
   * Asks for the next message.
   *
   * @param words is told the words of the answer as they come, where the model sends them one by
   *     one; what it is told is never all there is, and may be told again after a retry
   * @throws dev.millrace.job.Unavailable when the model cannot be reached, after the patience of
   *     its adapter
   */
  Reply reply(Prompt prompt, Words words);

  /** {@link #reply(Prompt, Words)} with nobody listening. */
  default Reply reply(Prompt prompt) {
    return reply(prompt, Words.UNHEARD);
  }

  /** Is told the words of an answer while it is being made. It never throws. */
  @FunctionalInterface
  interface Words {
    Words UNHEARD = delta -> {};

    void said(String delta);
  }

  /**
   * What is asked.
   *
   * @param pictures that some of the messages show
   * @param tools that may be called; none in a turn that has to end in words
   * @param schema that the answer has to follow, where the model can be held to one; the answer is
   *     checked by the caller all the same
   * @param modelState what the model gave with its last answer in this conversation, if it did
   */
  record Prompt(
      List<Message> messages,
      List<Picture> pictures,
      List<ToolSpec> tools,
      @Nullable Map<String, Object> schema,
      @Nullable Map<String, Object> modelState) {
    public Prompt {
      messages = List.copyOf(messages);
      pictures = List.copyOf(pictures);
      tools = List.copyOf(tools);
    }

    /** Words alone. */
    public static Prompt of(List<Message> messages) {
      return new Prompt(messages, List.of(), List.of(), null, null);
    }
  }

  /**
   * A picture that belongs to a message.
   *
   * @param message the index of that message in the prompt
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Picture(int message, String mediaType, byte[] content) {}

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
