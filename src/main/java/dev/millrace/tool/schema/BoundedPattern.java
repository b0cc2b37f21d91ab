package dev.millrace.tool.schema;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import java.util.regex.Pattern;

/**
 * A regular expression that comes to an end: some, as {@code (.*a){30}b}, would look at a short
 * text for years, and whoever sends a request may write one into its schema.
 */
final class BoundedPattern implements RegularExpression {
  /** How often each character may be looked at; a pattern that means no harm needs a few looks. */
  private static final long LOOKS = 1_000;

  /** So that short texts have some, too. */
  private static final int SPARE = 100;

  private final Pattern pattern;

  /** As schemas write patterns, which is not quite as Java does. */
  BoundedPattern(String pattern) {
    this.pattern =
        Pattern.compile(
            RegularExpressions.replaceLongformCharacterProperties(
                RegularExpressions.replaceDollarAnchors(pattern)));
  }

  /** Thrown where a match takes too long. */
  static final class Endless extends RuntimeException {
    private static final long serialVersionUID = 1;

    Endless(String pattern) {
      super("is too long, or takes too long, to be matched with the pattern " + pattern);
    }
  }

  /**
   * @throws Endless when it takes too long to say
   */
  @Override
  public boolean matches(String text) {
    try {
      return pattern.matcher(new Watched(text)).find();
    } catch (StackOverflowError e) {
      throw new Endless(pattern.pattern());
    }
  }

  /** A text that counts how often it is looked at. */
  private final class Watched implements CharSequence {
    private final String text;
    private long looks;

    Watched(String text) {
      this.text = text;
      this.looks = LOOKS * (text.length() + SPARE);
    }

    @Override
    public char charAt(int index) {
      if (--looks < 0) {
        throw new Endless(pattern.pattern());
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
