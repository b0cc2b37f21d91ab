package dev.millrace.model.claude;

import dev.millrace.job.Message;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.Words;
import dev.millrace.model.waiting.Attempt;
import dev.millrace.model.waiting.Busy;
import io.micronaut.serde.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command line of Claude, asked once. */
public final class ClaudeModel implements Attempt {
  private static final String SESSION = "session";
  private static final Pattern BUSY =
      Pattern.compile("(?i)overloaded|rate.?limit|\\b(429|500|502|503|529)\\b|timed? ?out");
  private static final Pattern TOO_LONG = Pattern.compile("(?i)prompt is too long");
  private static final Pattern UNKNOWN = Pattern.compile("(?i)no conversation found");

  private final String command;
  private final @Nullable String model;
  private final Program program;
  private final ObjectMapper json;

  /**
   * @param model null for the one that the command line chooses
   * @param folder to run in; it is made
   * @param timeout of one call
   */
  public ClaudeModel(
      String command, @Nullable String model, Path folder, Duration timeout, ObjectMapper json) {
    this.command = command;
    this.model = model;
    this.program = new Program(folder, timeout);
    this.json = json;
  }

  @Override
  public Reply make(Prompt prompt, Words words) throws Busy, InterruptedException {
    String session = session(prompt.modelState());
    if (session != null) {
      Output resumed = asked(Conversation.since(prompt, json), session);
      if (!resumed.failed() || !UNKNOWN.matcher(resumed.text()).find()) {
        return judged(resumed);
      }
    }
    return judged(asked(Conversation.whole(prompt, json), null));
  }

  private static @Nullable String session(@Nullable Map<String, Object> state) {
    return state != null && state.get(SESSION) instanceof String known && !known.isBlank()
        ? known
        : null;
  }

  private Output asked(String input, @Nullable String session) throws Busy, InterruptedException {
    var line = new ArrayList<>(List.of(command, "-p", "--output-format", "json", "--tools", ""));
    if (model != null) {
      line.addAll(List.of("--model", model));
    }
    if (session != null) {
      line.addAll(List.of("--resume", session));
    }
    return Output.of(program.run(line, input), json);
  }

  private static Reply judged(Output output) throws Busy {
    if (!output.failed()) {
      return new Reply.Answer(
          Message.assistant(output.text(), List.of()),
          new Usage(output.inputTokens(), output.outputTokens()),
          output.session().isEmpty() ? null : Map.of(SESSION, output.session()));
    }
    if (TOO_LONG.matcher(output.text()).find()) {
      return new Reply.TooLong("the messages are more than the model can take in");
    }
    if (BUSY.matcher(output.text()).find()) {
      throw Busy.everybody("it is busy: " + output.shown(), null);
    }
    throw new Unavailable(
        "the command line of Claude failed (exit code %d): %s"
            .formatted(output.exit(), output.shown()));
  }
}
