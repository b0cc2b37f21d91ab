package dev.millrace;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * What a test needs and a machine may not have. Without it the test is skipped and says why; where
 * {@code MILLRACE_REQUIRE_ALL=true} is set (or the property {@code millrace.requireAll}), as in
 * {@code .ci/run}, it fails instead, so that nothing is skipped unnoticed.
 */
public final class Needs {
  private Needs() {}

  /**
   * Goes on when {@code present}, and otherwise ends the test.
   *
   * @param what as in "Node 20 or newer"
   * @param howToGet as in "apt-get install nodejs"
   */
  public static void present(String what, boolean present, String howToGet) {
    present(what, present, howToGet, required());
  }

  static void present(String what, boolean present, String howToGet, boolean required) {
    if (present) {
      return;
    }
    if (required) {
      fail(what + " is missing, and everything is required here. To get it: " + howToGet);
    }
    var sentence = "Skipped: " + what + " is missing. To get it: " + howToGet;
    System.out.println(sentence);
    abort(sentence);
  }

  private static boolean required() {
    return Boolean.getBoolean("millrace.requireAll")
        || Boolean.parseBoolean(System.getenv("MILLRACE_REQUIRE_ALL"));
  }
}
