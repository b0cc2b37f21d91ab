package dev.millrace.http.request;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What part of a file is asked for, after RFC 9110. Of several parts, which nobody has to be given,
 * none is picked: the whole file is the answer, as for a range that cannot be read.
 */
public sealed interface Ranges {
  /** The whole file. */
  record Whole() implements Ranges {}

  /** So many bytes from here on, at least one. */
  record Part(long from, long length) implements Ranges {
    public String header(long size) {
      return "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
  }

  /** Nothing of the file lies there. */
  record Beyond() implements Ranges {}

  Pattern ONE = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

  static Ranges of(@Nullable String header, long size) {
    var range = header == null ? null : ONE.matcher(header);
    if (range == null || !range.matches()) {
      return new Whole();
    }
    String first = range.group(1);
    String last = range.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? new Whole() : suffix(Long.parseLong(last), size);
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? size - 1 : Math.min(Long.parseLong(last), size - 1);
    if (!last.isEmpty() && Long.parseLong(last) < from) {
      return new Whole();
    }
    return from >= size ? new Beyond() : new Part(from, to - from + 1);
  }

  private static Ranges suffix(long wanted, long size) {
    long length = Math.min(wanted, size);
    return length == 0 ? new Beyond() : new Part(size - length, length);
  }
}
