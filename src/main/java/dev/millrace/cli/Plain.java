package dev.millrace.cli;

import java.util.regex.Pattern;

/**
 * Text that others have written, for a terminal. What could move its cursor, change its title, fill
 * its clipboard or show words in another order than they stand is left out; the words stay.
 */
public final class Plain {
  /** Sequences that begin with an escape: of the cursor and colours, and those with a text. */
  private static final Pattern SEQUENCES =
      Pattern.compile(
          "(?:\u001B\\[|\u009B)[0-?]*[ -/]*[@-~]"
              + "|(?:\u001B[\\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\\\|\u009C)|\u001B["
              + " -/]*[0-~]");

  private static final Pattern LINE_ENDS = Pattern.compile("\r\n?|[\u0085\u2028\u2029\u000B\f]");

  /** As many marks as any script needs upon one letter. */
  private static final Pattern TOWERS = Pattern.compile("(\\p{M}{8})\\p{M}+");

  /** What is seen nowhere, or turns the direction of what is; not the joiners that scripts need. */
  private static final Pattern UNSEEN =
      Pattern.compile(
          "[\\p{Cc}&&[^\n"
              + "\t]]|[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]"
              + "|[\\x{E0000}-\\x{E007F}]|\\p{Cs}");

  private Plain() {}

  /** Lines stay lines, tabs stay tabs. */
  public static String text(String foreign) {
    String lines = LINE_ENDS.matcher(SEQUENCES.matcher(foreign).replaceAll("")).replaceAll("\n");
    return TOWERS.matcher(UNSEEN.matcher(lines).replaceAll("")).replaceAll("$1");
  }

  /** All of it in one line. */
  public static String line(String foreign) {
    return text(foreign).replace('\n', ' ').replace('\t', ' ').strip();
  }

  /** JSON that means the same, without a character that a terminal might obey. */
  static String json(String foreign) {
    var safe = new StringBuilder();
    foreign
        .chars()
        .forEach(
            c -> {
              boolean plain = (c >= ' ' && c < 0x7F) || c == '\n' || c == '\t' || visible((char) c);
              if (plain) {
                safe.append((char) c);
              } else {
                safe.append("\\u%04x".formatted(c));
              }
            });
    return safe.toString();
  }

  private static boolean visible(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
