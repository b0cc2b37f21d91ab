package dev.millrace.model.rehearsal;

import dev.millrace.job.Message;
import dev.millrace.job.Message.Role;
import dev.millrace.job.ToolCall;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import java.util.List;
import java.util.Map;

/** Follows rules. Safe for use by many threads, and never busy. */
public final class RehearsalModel implements LanguageModel {
  public static final String NAME = "rehearsal";

  private static final String TOOL = "run_python";
  private static final String NOTHING_TO_SAY =
      """
      No language model is configured, so I cannot answer that. I am only a rehearsal: I run a \
      fenced block of Python, work out arithmetic ("what is 12 * 7?", then "the square root of \
      that"), and profile an attached CSV file.

      To get answers, configure a model and start again. For Azure OpenAI set \
      AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_DEPLOYMENT. For OpenAI, Ollama or any compatible \
      server set, for example, MILLRACE_MODELS_MINE_KIND=ollama and \
      MILLRACE_MODELS_MINE_MODEL=llama3.1.\
      """;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Reply reply(Prompt prompt, Words words) {
    List<Message> messages = prompt.messages();
    int asked = last(messages, Role.USER);
    Wish wish = asked < 0 ? new Wish.Unknown() : Wish.of(messages.subList(0, asked + 1));
    Message answer =
        done(messages, asked)
            ? Message.assistant(wish.report(messages.getLast().text()), List.of())
            : begin(wish, prompt);
    for (String word : answer.text().split("(?<=\\s)", -1)) {
      words.said(word);
    }
    return new Reply.Answer(answer, Usage.NONE, null);
  }

  private static int last(List<Message> messages, Role role) {
    int index = messages.size() - 1;
    while (index >= 0 && messages.get(index).role() != role) {
      index--;
    }
    return index;
  }

  /** Whether the tool has answered already. */
  private static boolean done(List<Message> messages, int asked) {
    return asked >= 0 && messages.getLast().role() == Role.TOOL;
  }

  private static Message begin(Wish wish, Prompt prompt) {
    if (wish instanceof Wish.Unknown) {
      return Message.assistant(NOTHING_TO_SAY, List.of());
    }
    if (prompt.tools().stream().noneMatch(tool -> tool.name().equals(TOOL))) {
      return Message.assistant(
          "That needs Python, which I am not offered here. " + NOTHING_TO_SAY, List.of());
    }
    var call = ToolCall.of("call_" + prompt.messages().size(), TOOL, Map.of("code", wish.code()));
    return Message.assistant(wish.announced(), List.of(call));
  }
}
