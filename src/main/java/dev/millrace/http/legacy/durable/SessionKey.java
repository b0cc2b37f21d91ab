package dev.millrace.http.legacy.durable;

import dev.millrace.http.problem.Refusal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of a session: a key, or a key with the agent's name before it, {@code @Name@key}. */
final class SessionKey {
  private static final Pattern WHOLE = Pattern.compile("@([^@]+)@(.+)");

  private SessionKey() {}

  /**
   * The key alone.
   *
   * @throws Refusal when it names another agent
   */
  static String of(String agent, String written) {
    Matcher whole = WHOLE.matcher(written);
    if (!whole.matches()) {
      return written;
    }
    if (!whole.group(1).equalsIgnoreCase(agent)) {
      throw Refusal.invalid("/sessionId", "is a session of another agent than " + agent);
    }
    return whole.group(2);
  }
}
