package dev.millrace.session.rest.exchange;

import static dev.millrace.session.rest.exchange.Fields.field;
import static dev.millrace.session.rest.exchange.Fields.text;

import io.micronaut.json.tree.JsonNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error as a pool says it: {@code {"error": {"code", "message", "innererror"}}}, or that once
 * more inside of another, or not at all.
 *
 * @param code empty when none was said
 * @param inner the more exact code, empty when none was said
 */
public record Fault(String code, String inner, String message) {
  public static final String EXECUTION_NOT_FOUND = "ExecutionNotFound";
  public static final String FILE_FORBIDDEN = "FileForbidden";
  public static final String SESSION_LOST = "SessionLost";
  public static final String POOL_FULL = "SessionPoolFull";
  private static final int LONGEST = 16_000;
  private static final int DEEPEST = 8;

  static final Fault NONE = new Fault("", "", "");

  /** Absent when there is nothing in it that says what is wrong. */
  public static Optional<Fault> in(@Nullable JsonNode node) {
    JsonNode error = field(node, "error");
    if (error == null || error.isNull()) {
      return Optional.empty();
    }
    for (int depth = 0; depth < DEEPEST; depth++) {
      JsonNode within = field(error, "error");
      if (within == null || within.isNull()) {
        break;
      }
      error = within;
    }
    String message = error.isString() ? error.getStringValue() : text(field(error, "message"));
    String code = text(field(error, "code"));
    String inner = text(field(field(error, "innererror"), "code"));
    return message.isBlank() && code.isBlank()
        ? Optional.empty()
        : Optional.of(new Fault(code, inner, cut(message)));
  }

  public boolean is(String wanted) {
    return code.equalsIgnoreCase(wanted);
  }

  /** For people: what the pool said, or its code, or nothing. */
  public String said() {
    String said = message.isBlank() ? code : message;
    return said.isBlank() ? "" : ": " + said;
  }

  private static String cut(String message) {
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + " …";
  }
}
