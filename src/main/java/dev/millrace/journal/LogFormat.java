package dev.millrace.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.job.Digest;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How entries become bytes: one line of JSON each, behind the CRC-32C of it, so that a log can be
 * read with any pager and a flipped bit never passes for the truth. An entry too large for a line
 * is kept as a file of the log's owner, and its line holds the hash.
 */
final class LogFormat<E> {
  static final int SCHEMA = 1;

  /** Larger entries become files; the limit of what a message may carry as well. */
  static final int LARGEST_IN_LINE = 200_000;

  private static final int CRC_LENGTH = 8;
  private static final int USUAL_LENGTH = 1024;

  /** Within so many bytes of its beginning a line says of which type it is. */
  private static final int HEAD = 100;

  private static final byte[] ENTRY = ",\"entry\":".getBytes(StandardCharsets.US_ASCII);

  private final ObjectMapper json;
  private final Map<String, Class<? extends E>> types;

  LogFormat(ObjectMapper json, List<Class<? extends E>> types) {
    this.json = json;
    this.types =
        types.stream()
            .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Function.identity()));
  }

  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Header(
      int schema,
      String type,
      String recordId,
      Instant at,
      @Nullable String sha256,
      @Nullable JsonNode entry) {}

  /** Bytes that are not those that were written. */
  private static final class Damaged extends IOException {
    private static final long serialVersionUID = 1;

    Damaged(String what) {
      super(what);
    }
  }

  /** What a log says from some position on, and whether all of it could be understood. */
  record Reading<E>(List<Line<E>> lines, @Nullable String newer, @Nullable String corrupt) {}

  byte[] write(Storage storage, String owner, List<Line<E>> lines) {
    var bytes = new ByteArrayOutputStream(USUAL_LENGTH);
    for (Line<E> line : lines) {
      byte[] payload = payload(storage, owner, line);
      bytes.writeBytes(crc(payload, 0, payload.length).getBytes(StandardCharsets.US_ASCII));
      bytes.write(' ');
      bytes.writeBytes(payload);
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  private byte[] payload(Storage storage, String owner, Line<E> line) {
    try {
      String type = line.entry().getClass().getSimpleName();
      byte[] entry = json.writeValueAsBytes(line.entry());
      if (entry.length <= LARGEST_IN_LINE) {
        return with(
            entry,
            json.writeValueAsBytes(
                new Header(SCHEMA, type, line.recordId(), line.at(), null, null)));
      }
      String sha256 = Digest.sha256(entry);
      storage.putIfAbsent(
          Layout.file(owner, sha256), new ByteArrayInputStream(entry), entry.length);
      return json.writeValueAsBytes(
          new Header(SCHEMA, type, line.recordId(), line.at(), sha256, null));
    } catch (IOException e) {
      throw new UncheckedIOException("an entry that cannot be written as JSON", e);
    }
  }

  /** The header with the entry as its last field, as it is: written once, whatever it holds. */
  private static byte[] with(byte[] entry, byte[] header) {
    var bytes = new ByteArrayOutputStream(header.length + entry.length + ENTRY.length);
    bytes.write(header, 0, header.length - 1);
    bytes.writeBytes(ENTRY);
    bytes.writeBytes(entry);
    bytes.write('}');
    return bytes.toByteArray();
  }

  Reading<E> read(Storage storage, String owner, byte[] bytes) {
    var lines = new ArrayList<Line<E>>();
    String corrupt = null;
    for (int from = 0, end; from < bytes.length; from = end + 1) {
      end = lineEnd(bytes, from);
      try {
        if (!sound(bytes, from, end)) {
          throw new Damaged("it does not match its checksum");
        }
        Header header = header(bytes, from, end);
        Class<? extends E> type = types.get(header.type());
        if (header.schema() > SCHEMA || type == null) {
          String newer = "entry " + header.type() + " of schema " + header.schema();
          return new Reading<>(lines, newer, corrupt);
        }
        lines.add(new Line<>(header.recordId(), header.at(), entry(storage, owner, header, type)));
      } catch (Damaged e) {
        corrupt = corrupt == null ? "line at byte " + from + ": " + e.getMessage() : corrupt;
      } catch (IOException e) {
        // What was written is what is read; it only means more than this version knows.
        return new Reading<>(lines, "line at byte " + from + ": " + e.getMessage(), corrupt);
      }
    }
    return new Reading<>(lines, null, corrupt);
  }

  /**
   * Where the last line of a type begins, or -1. The bytes may begin in the middle of a line, which
   * is passed over.
   */
  int lastOf(Class<? extends E> type, byte[] bytes) {
    byte[] name = ("\"type\":\"" + type.getSimpleName() + '"').getBytes(StandardCharsets.US_ASCII);
    int first = lineEnd(bytes, 0) + 1;
    for (int end = lineEndBefore(bytes, bytes.length); end >= first; ) {
      int endBefore = lineEndBefore(bytes, end);
      int from = endBefore + 1;
      if (names(bytes, from, end, name)
          && sound(bytes, from, end)
          && isOf(type, bytes, from, end)) {
        return from;
      }
      end = endBefore;
    }
    return -1;
  }

  /** Whether the head of a line may name this type; spares most lines from being read as JSON. */
  private static boolean names(byte[] bytes, int from, int end, byte[] name) {
    int last = Math.min(end, from + HEAD) - name.length;
    for (int at = from; at <= last; at++) {
      if (Arrays.equals(bytes, at, at + name.length, name, 0, name.length)) {
        return true;
      }
    }
    return false;
  }

  private boolean isOf(Class<? extends E> type, byte[] bytes, int from, int end) {
    try {
      return header(bytes, from, end).type().equals(type.getSimpleName());
    } catch (IOException e) {
      return false;
    }
  }

  private E entry(Storage storage, String owner, Header header, Class<? extends E> type)
      throws IOException {
    if (header.entry() != null) {
      return present(json.readValueFromTree(header.entry(), type));
    }
    String name = Layout.file(owner, String.valueOf(header.sha256()));
    try (InputStream file =
        storage
            .open(name, 0, Long.MAX_VALUE)
            .orElseThrow(() -> new Unavailable("the file of a log entry is missing: " + name))) {
      byte[] entry = file.readAllBytes();
      if (!Digest.sha256(entry).equals(header.sha256())) {
        throw new Damaged(name + " does not match its hash");
      }
      return present(json.readValue(entry, type));
    }
  }

  private Header header(byte[] bytes, int from, int end) throws IOException {
    return present(
        json.readValue(Arrays.copyOfRange(bytes, from + CRC_LENGTH + 1, end), Header.class));
  }

  private static <T> T present(@Nullable T value) throws IOException {
    if (value == null) {
      throw new IOException("JSON null where an object belongs");
    }
    return value;
  }

  private static int lineEndBefore(byte[] bytes, int end) {
    int before = end - 1;
    while (before >= 0 && bytes[before] != '\n') {
      before--;
    }
    return before;
  }

  private static int lineEnd(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return end;
  }

  private static boolean sound(byte[] bytes, int from, int end) {
    int payload = from + CRC_LENGTH + 1;
    return end < bytes.length
        && end > payload
        && bytes[payload - 1] == ' '
        && new String(bytes, from, CRC_LENGTH, StandardCharsets.US_ASCII)
            .equals(crc(bytes, payload, end - payload));
  }

  private static String crc(byte[] bytes, int from, int length) {
    var crc = new CRC32C();
    crc.update(bytes, from, length);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
