package dev.millrace.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation with a model.
 *
 * @param toolCalls what an assistant wants called; empty in every other role
 * @param callId the call that a tool's message answers; null in every other role
 */
public record Message(Role role, String text, List<ToolCall> toolCalls, @Nullable String callId) {
  /** Who speaks. Tool output never speaks in another role. */
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT,
    TOOL
  }

  public Message {
    toolCalls = List.copyOf(toolCalls);
    if (role != Role.ASSISTANT && !toolCalls.isEmpty()) {
      throw new IllegalArgumentException("only an assistant calls tools");
    }
    if ((role == Role.TOOL) != (callId != null)) {
      throw new IllegalArgumentException("a tool's message, and no other, names the call");
    }
  }

  public static Message system(String text) {
    return new Message(Role.SYSTEM, text, List.of(), null);
  }

  public static Message user(String text) {
    return new Message(Role.USER, text, List.of(), null);
  }

  public static Message assistant(String text, List<ToolCall> toolCalls) {
    return new Message(Role.ASSISTANT, text, toolCalls, null);
  }

  public static Message tool(String callId, String text) {
    return new Message(Role.TOOL, text, List.of(), callId);
  }
}
