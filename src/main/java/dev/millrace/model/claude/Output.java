package dev.millrace.model.claude;

import dev.millrace.job.Excerpt;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the command line said.
 *
 * @param text the answer, or what went wrong
 * @param session under which it knows the conversation; empty when it did not say
 */
record Output(
    int exit, boolean failed, String text, String session, long inputTokens, long outputTokens) {
  private static final int SHOWN = 300;

  /** What is no JSON is an answer as it is. */
  static Output of(Program.Ended ended, ObjectMapper json) {
    JsonNode result = result(ended.out(), json);
    boolean failed = ended.exit() != 0;
    if (result == null) {
      String words = failed && !ended.err().isBlank() ? ended.err() : ended.out();
      return new Output(ended.exit(), failed, words.strip(), "", 0, 0);
    }
    JsonNode usage = result.get("usage");
    return new Output(
        ended.exit(),
        failed || isTrue(result.get("is_error")),
        words(result, failed ? ended.err() : ""),
        text(result.get("session_id")),
        number(usage, "input_tokens")
            + number(usage, "cache_creation_input_tokens")
            + number(usage, "cache_read_input_tokens"),
        number(usage, "output_tokens"));
  }

  /** One line for a person, without what looks like a key. */
  String shown() {
    String line = text.replaceAll("\\s+", " ").replaceAll("sk-[\\w-]+", "…").strip();
    return line.isEmpty() ? "it did not say why" : Excerpt.of(line, SHOWN);
  }

  /** Alone, or the last of the events that led to it. */
  private static @Nullable JsonNode result(String out, ObjectMapper json) {
    JsonNode read;
    try {
      read = json.readValue(out, JsonNode.class);
    } catch (IOException e) {
      return null;
    }
    if (read != null && read.isArray() && read.size() > 0) {
      read = read.get(read.size() - 1);
    }
    boolean known =
        read != null
            && read.isObject()
            && (read.get("result") != null || read.get("errors") != null);
    return known ? read : null;
  }

  private static String words(JsonNode result, String err) {
    var words = new StringBuilder(text(result.get("result")));
    JsonNode errors = result.get("errors");
    if (errors != null && errors.isArray()) {
      errors
          .values()
          .forEach(error -> words.append(words.isEmpty() ? "" : "; ").append(text(error)));
    }
    return words.isEmpty() ? err.strip() : words.toString();
  }

  private static String text(@Nullable JsonNode node) {
    return node != null && node.isString() ? node.getStringValue() : "";
  }

  private static boolean isTrue(@Nullable JsonNode node) {
    return node != null && node.isBoolean() && node.getBooleanValue();
  }

  private static long number(@Nullable JsonNode node, String name) {
    JsonNode found = node != null && node.isObject() ? node.get(name) : null;
    return found != null && found.isNumber() ? found.getLongValue() : 0;
  }
}
