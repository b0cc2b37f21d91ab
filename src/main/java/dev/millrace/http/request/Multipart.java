package dev.millrace.http.request;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code multipart/form-data} (RFC 7578) part by part, as it arrives, in constant memory.
 * Belongs to one thread.
 */
public final class Multipart {
  private static final int LONGEST_HEADERS = 8192;
  private static final int MOST_PARTS = 1000;
  private static final Pattern PARAMETER =
      Pattern.compile(";\\s*([A-Za-z*]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;\\s\"]+))");

  private final InputStream in;
  private final byte[] delimiter;
  private final byte[] buffer = new byte[64 * 1024];
  private int from;
  private int to;
  private int parts;
  private @Nullable Content current;

  public Multipart(InputStream in, String boundary) {
    this.in = in;
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    if (boundary.isEmpty() || boundary.length() > 70) {
      throw malformed("its boundary must have 1 to 70 characters");
    }
    buffer[to++] = '\r'; // so that the first delimiter looks like all others
    buffer[to++] = '\n';
    current = new Content();
  }

  /**
   * One part.
   *
   * @param fileName null where the part is a plain field
   * @param content to be read before the next part is asked for
   */
  public record Part(String name, @Nullable String fileName, InputStream content) {}

  /** The next part; what was not read of the one before is passed over. */
  public Optional<Part> next() throws IOException {
    if (current == null) {
      return Optional.empty();
    }
    current.transferTo(java.io.OutputStream.nullOutputStream());
    if (take() == '-' && peek() == '-') {
      current = null;
      return Optional.empty();
    }
    from--;
    Map<String, String> headers = headers();
    if (++parts > MOST_PARTS) {
      throw malformed("it has more than " + MOST_PARTS + " parts");
    }
    Map<String, String> disposition = parameters(headers.getOrDefault("content-disposition", ""));
    String name = disposition.get("name");
    if (name == null) {
      throw malformed("part " + parts + " has no name in its Content-Disposition");
    }
    current = new Content();
    return Optional.of(new Part(name, fileName(disposition), current));
  }

  private Map<String, String> headers() throws IOException {
    var headers = new HashMap<String, String>();
    var text = new StringBuilder();
    skipPadding();
    while (true) {
      int b = take();
      text.append((char) b);
      if (text.length() > LONGEST_HEADERS) {
        throw malformed("the headers of a part are longer than " + LONGEST_HEADERS + " bytes");
      }
      if (text.length() >= 2 && text.substring(text.length() - 2).equals("\r\n")) {
        String line = utf8(text.substring(0, text.length() - 2));
        if (line.isEmpty()) {
          return headers;
        }
        int colon = line.indexOf(':');
        if (colon < 1) {
          throw malformed("a header of a part has no colon");
        }
        headers.put(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
        text.setLength(0);
      }
    }
  }

  /** Behind a delimiter there may be blanks, and then a line break. */
  private void skipPadding() throws IOException {
    int b = take();
    while (b == ' ' || b == '\t') {
      b = take();
    }
    if (b != '\r' || take() != '\n') {
      throw malformed("a boundary is not alone on its line");
    }
  }

  private static Map<String, String> parameters(String disposition) {
    var parameters = new HashMap<String, String>();
    var matcher = PARAMETER.matcher(disposition);
    while (matcher.find()) {
      String quoted = matcher.group(2);
      String value = quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\([\"\\\\])", "$1");
      parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
    }
    return parameters;
  }

  private static @Nullable String fileName(Map<String, String> disposition) {
    String extended = disposition.get("filename*");
    if (extended != null && extended.toLowerCase(Locale.ROOT).startsWith("utf-8'")) {
      String value = extended.substring(extended.indexOf('\'', 6) + 1);
      try {
        return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw malformed("a filename* is not percent-encoded");
      }
    }
    String name = disposition.get("filename");
    return name == null ? null : name.replace("%22", "\"");
  }

  private static String utf8(String latin1) {
    return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  static Refusal malformed(String what) {
    return Refusal.of(Code.INVALID_REQUEST, "The body is no multipart/form-data: " + what + ".");
  }

  private int take() throws IOException {
    if (from == to) {
      fill();
    }
    return buffer[from++] & 0xff;
  }

  private int peek() throws IOException {
    if (from == to) {
      fill();
    }
    return buffer[from] & 0xff;
  }

  /** Makes room and reads on; there is more, or the body is broken. */
  private void fill() throws IOException {
    System.arraycopy(buffer, from, buffer, 0, to - from);
    to -= from;
    from = 0;
    int count = in.read(buffer, to, buffer.length - to);
    if (count < 0) {
      throw malformed("it ends before its last boundary");
    }
    to += count;
  }

  /** Everything up to the next delimiter. */
  private final class Content extends InputStream {
    private boolean over;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      while (!over) {
        int found = indexOfDelimiter();
        int safe = found < 0 ? to - from - delimiter.length + 1 : found - from;
        if (safe > 0 || length == 0) {
          int count = Math.min(length, safe);
          System.arraycopy(buffer, from, bytes, start, count);
          from += count;
          return count;
        }
        if (found >= 0) {
          from = found + delimiter.length;
          over = true;
        } else {
          fill();
        }
      }
      return -1;
    }

    private int indexOfDelimiter() {
      for (int i = from; i + delimiter.length <= to; i++) {
        if (buffer[i] == '\r' && startsAt(i)) {
          return i;
        }
      }
      return -1;
    }

    private boolean startsAt(int i) {
      return java.util.Arrays.equals(
          buffer, i, i + delimiter.length, delimiter, 0, delimiter.length);
    }
  }
}
