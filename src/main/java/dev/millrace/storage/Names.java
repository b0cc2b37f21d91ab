package dev.millrace.storage;

import dev.millrace.job.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What a name in the store may look like, and how to make a safe one of any text. */
public final class Names {
  private static final int LONGEST_NAME = 1000;
  private static final int LONGEST_SEGMENT = 250;
  private static final int LONGEST_ESCAPED = 200;
  private static final int HASH_TAIL = 1 + 64;
  private static final HexFormat HEX = HexFormat.of();

  private Names() {}

  /**
   * The name itself when it keeps the rules of {@link Storage}.
   *
   * @throws IllegalArgumentException saying which rule it breaks
   */
  public static String check(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a name must not be empty");
    }
    checkCharacters(name);
    int start = 0;
    while (start <= name.length()) {
      int slash = name.indexOf('/', start);
      int end = slash < 0 ? name.length() : slash;
      checkSegment(name, start, end);
      start = end + 1;
    }
    return name;
  }

  /** Checks what may begin a name: the characters of names, not necessarily whole segments. */
  public static String checkPrefix(String prefix) {
    checkCharacters(prefix);
    return prefix;
  }

  /** Checks a prefix that stands for everything below it. */
  public static String checkFolder(String prefix) {
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("a prefix to delete must end with /: " + shown(prefix));
    }
    check(prefix.substring(0, prefix.length() - 1));
    return prefix;
  }

  /**
   * One safe segment for any text, and different ones for different texts, even on a disk that
   * takes upper and lower case for the same. Lower-case letters, digits, {@code . _ -} stand for
   * themselves; the bytes of everything else, and a dot at the end, are written {@code %xx}. A long
   * text is cut and ends with {@code ~} and its SHA-256. It cannot be turned back into the text.
   */
  public static String segment(String text) {
    if (text.isEmpty()) {
      return "%";
    }
    byte[] bytes = utf8(text);
    StringBuilder escaped = new StringBuilder(Math.min(bytes.length, LONGEST_ESCAPED) + 16);
    int cut = 0;
    for (int i = 0; i < bytes.length && escaped.length() <= LONGEST_ESCAPED; i++) {
      char c = (char) (bytes[i] & 0xff);
      if (standsForItself(c) && !(c == '.' && i == bytes.length - 1)) {
        escaped.append(c);
      } else {
        escaped.append('%');
        HEX.toHexDigits(escaped, bytes[i]);
      }
      if (escaped.length() <= LONGEST_ESCAPED - HASH_TAIL) {
        cut = escaped.length();
      }
    }
    if (escaped.length() <= LONGEST_ESCAPED) {
      return escaped.toString();
    }
    return escaped.substring(0, cut) + "~" + Digest.sha256(bytes);
  }

  private static void checkCharacters(String name) {
    if (name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "a name is at most %d characters long, not %d: %s"
              .formatted(LONGEST_NAME, name.length(), shown(name)));
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!standsForItself(c) && !(c >= 'A' && c <= 'Z') && c != '~' && c != '%' && c != '/') {
        throw new IllegalArgumentException(
            "a name holds only letters, digits and . _ - ~ %% between its slashes, not U+%04X: %s"
                .formatted((int) c, shown(name)));
      }
    }
  }

  private static void checkSegment(String name, int start, int end) {
    if (start == end) {
      throw new IllegalArgumentException(
          "a name has no empty segment, so no / at its ends and no //: " + shown(name));
    }
    if (end - start > LONGEST_SEGMENT) {
      throw new IllegalArgumentException(
          "a segment is at most %d characters long, not %d: %s"
              .formatted(LONGEST_SEGMENT, end - start, shown(name)));
    }
    if (name.charAt(end - 1) == '.') {
      throw new IllegalArgumentException("a segment must not end with a dot: " + shown(name));
    }
  }

  private static boolean standsForItself(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  }

  /** What a person may be shown of a name that broke the rules. */
  private static String shown(String name) {
    String start = name.length() > 80 ? name.substring(0, 80) + "..." : name;
    return start.replaceAll("[^ -~]", "?");
  }

  /** UTF-8, except that half a surrogate pair keeps its own three bytes and does not become a ?. */
  private static byte[] utf8(String text) {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
      return plain;
    }
    var bytes = new ByteArrayOutputStream(plain.length + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                bytes.write(0xe0 | (c >> 12));
                bytes.write(0x80 | ((c >> 6) & 0x3f));
                bytes.write(0x80 | (c & 0x3f));
              } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }
}
