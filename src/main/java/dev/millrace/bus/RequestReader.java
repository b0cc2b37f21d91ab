package dev.millrace.bus;

import dev.millrace.job.Caps;
import dev.millrace.job.FileNames;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the body of a message on a queue of jobs. */
public final class RequestReader {
  private static final long SCHEMA = 1;
  private static final int LONGEST_ID = 128;
  private static final int MOST_REMARKS = 50;
  private static final int MOST_METADATA = 16_384;
  private static final int MOST_ADDRESSES = 10;

  private final ObjectMapper json;
  private final String defaultAgent;

  /**
   * @param defaultAgent who works on a request that names nobody
   */
  public RequestReader(ObjectMapper json, String defaultAgent) {
    this.json = json;
    this.defaultAgent = defaultAgent;
  }

  public Reading read(byte[] body) {
    JsonNode node;
    try {
      Strict.check(body);
      node = json.readValue(body, JsonNode.class);
    } catch (IOException e) {
      return new Reading.Unreadable(
          "malformed", "the body is not JSON in UTF-8: " + e.getMessage());
    }
    if (node == null || !node.isObject()) {
      return new Reading.Unreadable("malformed", "the body must be a JSON object");
    }
    var findings = new ArrayList<Finding>();
    var old = OldNames.in(node);
    findings.addAll(old.contradictions());
    var fields = new Fields(node, "", findings, old);
    long schema = Objects.requireNonNullElse(fields.count("schema"), SCHEMA);
    if (schema > SCHEMA) {
      return new Reading.Unreadable(
          "unsupported-schema",
          "the body is of schema " + schema + "; this version reads schema " + SCHEMA);
    }
    Fields pointer = fields.object("pointer");
    return pointer == null ? request(fields, old, findings) : pointsTo(pointer);
  }

  private static Reading pointsTo(Fields pointer) {
    String tenant = pointer.text("tenant");
    String job = pointer.text("job");
    try {
      return new Reading.PointsTo(
          new JobRef(Objects.requireNonNull(tenant), new JobId(Objects.requireNonNull(job))));
    } catch (NullPointerException | IllegalArgumentException e) {
      return new Reading.Unreadable("malformed", "a pointer needs a tenant and a job id");
    }
  }

  private Reading request(Fields fields, OldNames old, List<Finding> findings) {
    String message = fields.text("message");
    if (message == null || message.isBlank()) {
      fields.wrong("message", "is required: say what is to be done");
    }
    var request =
        new JobRequest(
            fields.word("kind", JobRequest.Kind.AGENT),
            Objects.requireNonNullElse(id(fields, "agent"), defaultAgent),
            Objects.requireNonNullElse(message, ""),
            id(fields, "sessionId"),
            files(fields, findings),
            fields.map("responseSchema"),
            fields.flag("tools", true),
            Objects.requireNonNullElse(fields.text("role"), "user"),
            limits(fields.object("limits")),
            instant(fields, "deadline"),
            fields.flag("stream", false),
            fields.word("whenBusy", JobRequest.WhenBusy.QUEUE),
            id(fields, "correlationId"),
            metadata(fields));
    if (request.kind() != JobRequest.Kind.AGENT) {
      fields.wrong("kind", "this kind is not built yet; use agent");
    }
    var manner = new Reading.Manner(!old.used().isEmpty(), wait(fields, old));
    return findings.isEmpty()
        ? new Reading.Wants(request, warnings(fields, old), manner)
        : new Reading.Wrong(
            request,
            atMost(
                MOST_REMARKS,
                findings,
                more -> new Finding("", "and " + more + " more that is wrong")));
  }

  private static @Nullable Boolean wait(Fields fields, OldNames old) {
    Boolean wait = fields.flag(OldNames.WAIT);
    Boolean background = fields.flag(OldNames.BACKGROUND);
    if (wait != null && wait.equals(background)) {
      fields.wrong(
          OldNames.BACKGROUND, "contradicts " + old.written(OldNames.WAIT) + "; keep one of them");
    }
    if (wait == null && background != null) {
      return !background;
    }
    return wait;
  }

  private static List<String> warnings(Fields fields, OldNames old) {
    return Stream.concat(
            old.remarks().stream(),
            atMost(
                MOST_REMARKS,
                fields.unknown().stream().map(RequestReader::ignored).toList(),
                more -> "ignored " + more + " more unknown fields")
                .stream())
        .toList();
  }

  private static String ignored(String field) {
    return "ignored unknown field "
        + (field.length() <= LONGEST_ID ? field : field.substring(0, LONGEST_ID) + "…");
  }

  /** All of a list, or its beginning and what stands for the rest: it has to fit into a message. */
  private static <T> List<T> atMost(int most, List<T> all, IntFunction<T> rest) {
    return all.size() <= most
        ? all
        : Stream.concat(all.stream().limit(most), Stream.of(rest.apply(all.size() - most)))
            .toList();
  }

  /** It travels in each result. */
  private Map<String, Object> metadata(Fields fields) {
    Map<String, Object> metadata = Objects.requireNonNullElse(fields.map("metadata"), Map.of());
    try {
      if (json.writeValueAsBytes(metadata).length <= MOST_METADATA) {
        return metadata;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what was read as JSON cannot be written as JSON", e);
    }
    fields.wrong("metadata", "must take at most " + MOST_METADATA + " bytes as JSON");
    return Map.of();
  }

  /** Null also where it is no good: it travels in the headers of results, which are small. */
  private static @Nullable String id(Fields fields, String name) {
    String id = fields.text(name);
    if (id == null || (!id.isEmpty() && id.length() <= LONGEST_ID)) {
      return id;
    }
    fields.wrong(name, "must have 1 to " + LONGEST_ID + " characters");
    return null;
  }

  private static List<InputFile> files(Fields fields, List<Finding> findings) {
    var files = new ArrayList<InputFile>();
    for (Fields file : fields.objects("files")) {
      String name = file.text("name");
      if (name == null || name.isBlank()) {
        file.wrong("name", "is required");
        files.add(new InputFile("", null, null, null, null, 0)); // later ones keep their number
        continue;
      }
      String uploadId = file.text("uploadId");
      String base64 = file.text("base64");
      String url = file.text("url");
      if (Stream.of(uploadId, base64, url).filter(Objects::nonNull).count() != 1) {
        file.wrong("name", "needs exactly one of uploadId, base64 and url beside it");
      }
      files.add(new InputFile(name, uploadId, base64, url, null, 0));
    }
    if (files.stream().filter(file -> file.url() != null).count() > MOST_ADDRESSES) {
      findings.add(new Finding("/files", "may name at most " + MOST_ADDRESSES + " addresses"));
    }
    findings.addAll(FileNames.check(files));
    return files;
  }

  private static @Nullable Caps limits(@Nullable Fields limits) {
    return limits == null
        ? null
        : new Caps(
            limits.count("turns"),
            limits.count("toolCalls"),
            limits.count("tokens"),
            limits.count("seconds"),
            limits.count("outputBytes"));
  }

  private static @Nullable Instant instant(Fields fields, String name) {
    String text = fields.text(name);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      fields.wrong(name, "must be a time such as 2026-11-21T12:00:00Z");
      return null;
    }
  }
}
