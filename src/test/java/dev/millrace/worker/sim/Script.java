package dev.millrace.worker.sim;

import dev.millrace.job.Message;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the model does for one job, told by the job's own message, so that it is the same whichever
 * worker asks: how many tools each of its answers calls. The last answer calls none.
 */
record Script(String name, List<Integer> toolCalls, boolean poison) {
  private static final Pattern TEXT = Pattern.compile("(J\\d+) does \\[([\\d, ]*)](, and kills)?");

  static Script of(String name, Integer... toolCalls) {
    return new Script(name, List.of(toolCalls), false);
  }

  Script killing() {
    return new Script(name, toolCalls, true);
  }

  String text() {
    return name + " does " + toolCalls + (poison ? ", and kills" : "");
  }

  static Script parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no script: " + text);
    }
    List<Integer> calls =
        matcher.group(2).isBlank()
            ? List.of()
            : Arrays.stream(matcher.group(2).split(", ")).map(Integer::valueOf).toList();
    return new Script(matcher.group(1), calls, matcher.group(3) != null);
  }

  /** The answers of this job alone, without what was said before it. */
  int stepsSaid(List<Message> messages) {
    int own = 0;
    for (Message message : messages) {
      if (message.role() == Message.Role.USER) {
        own = 0;
      } else if (message.role() == Message.Role.ASSISTANT) {
        own++;
      }
    }
    return own;
  }

  /** The jobs that were asked before, as a history shows them. */
  static List<String> before(List<Message> messages) {
    List<String> asked =
        messages.stream()
            .filter(message -> message.role() == Message.Role.USER)
            .map(message -> parse(message.text()).name())
            .toList();
    return asked.subList(0, asked.size() - 1);
  }
}
