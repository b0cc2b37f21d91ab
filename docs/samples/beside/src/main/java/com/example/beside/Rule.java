package com.example.beside;

import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import java.util.List;
import java.util.Map;

/** Stands in for a language model, so that the sample needs none: it asks the tool about a town. */
final class Rule implements LanguageModel {
  @Override
  public String name() {
    return "rule";
  }

  @Override
  public Reply reply(Prompt prompt, Words words) {
    Message last = prompt.messages().getLast();
    return new Reply.Answer(
        last.role() == Message.Role.TOOL
            ? Message.assistant("It says: " + last.text(), List.of())
            : Message.assistant(
                "I look it up.",
                List.of(ToolCall.of("c1", "weather", Map.of("town", last.text())))),
        Usage.NONE,
        null);
  }
}
