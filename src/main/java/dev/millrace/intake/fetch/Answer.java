package dev.millrace.intake.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host answers over HTTP/1.1: its head is read at once, its body as a stream that ends where
 * the body does, or fails.
 */
final class Answer {
  private static final int LONGEST_HEAD = 16_384;

  final int status;
  private final Map<String, String> headers = new HashMap<>();
  private final InputStream in;
  private int head;

  Answer(InputStream in) throws IOException {
    this.in = in;
    String[] words = line().split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
      throw new IOException("no HTTP/1.1");
    }
    status = Integer.parseInt(words[1]);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }
  }

  @Nullable String header(String name) {
    return headers.get(name);
  }

  /** How long the body is, if that is said. */
  long length() throws IOException {
    String length = headers.get("content-length");
    if (length == null || headers.containsKey("transfer-encoding")) {
      return -1;
    }
    if (!length.matches("\\d{1,18}")) {
      throw new IOException("a length that is no number");
    }
    return Long.parseLong(length);
  }

  InputStream body() throws IOException {
    String coding = headers.get("transfer-encoding");
    if (coding != null && !coding.equalsIgnoreCase("chunked")) {
      throw new IOException("an unknown transfer coding");
    }
    long length = length();
    return coding != null ? new Pieces(true, 0) : length < 0 ? in : new Pieces(false, length);
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || ++head > LONGEST_HEAD) {
        throw new IOException("a line without end");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  /** A body whose length is known, or the lengths of whose pieces are said before each. */
  private final class Pieces extends InputStream {
    private final boolean chunked;
    private long left;
    private boolean begun;
    private boolean over;

    Pieces(boolean chunked, long left) {
      this.chunked = chunked;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (left == 0 && chunked && !over) {
        nextChunk();
      }
      if (left == 0) {
        return -1;
      }
      int count = in.read(bytes, from, (int) Math.min(length, left));
      if (count < 0) {
        throw new IOException("the body breaks off");
      }
      left -= count;
      return count;
    }

    private void nextChunk() throws IOException {
      head = 0;
      if (begun && !line().isEmpty()) {
        throw new IOException("a piece that is longer than it says");
      }
      begun = true;
      String size = line().split(";", 2)[0].strip();
      if (!size.matches("[0-9A-Fa-f]{1,15}")) {
        throw new IOException("a piece of no length");
      }
      left = Long.parseLong(size, 16);
      over = left == 0;
    }
  }
}
