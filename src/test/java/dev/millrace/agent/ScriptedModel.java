package dev.millrace.agent;

import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Says what it was given to say, in order, and remembers what it was asked. */
public final class ScriptedModel implements LanguageModel {
  public final List<Prompt> asked = new ArrayList<>();
  private final Deque<Supplier<Reply>> script = new ArrayDeque<>();

  public ScriptedModel says(String text, ToolCall... calls) {
    return replies(
        new Reply.Answer(Message.assistant(text, List.of(calls)), new Usage(10, 5), null));
  }

  public ScriptedModel replies(Reply reply) {
    return does(() -> reply);
  }

  public ScriptedModel does(Supplier<Reply> reply) {
    script.add(reply);
    return this;
  }

  public static ToolCall call(String id, String tool) {
    return ToolCall.of(id, tool, Map.of("code", "print(1)"));
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public Reply reply(Prompt prompt, Words words) {
    asked.add(prompt);
    return script.remove().get();
  }
}
