package dev.millrace.job;

/** The beginning or the end of a text, in whole characters: no pair of surrogates is halved. */
public final class Excerpt {
  private Excerpt() {}

  /** The text itself, or its beginning and a mark that there is more. */
  public static String of(String text, int most) {
    return text.length() <= most ? text : beginning(text, most) + "…";
  }

  /** The first {@code most} units of a text, or one less. */
  public static String beginning(String text, int most) {
    return text.substring(0, whole(text, Math.min(most, text.length()), -1));
  }

  /** The last {@code most} units of a text, or one less. */
  public static String end(String text, int most) {
    return text.substring(whole(text, Math.max(0, text.length() - most), 1));
  }

  private static int whole(String text, int at, int aside) {
    boolean halves =
        at > 0
            && at < text.length()
            && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    return halves ? at + aside : at;
  }
}
