package dev.millrace.session.rest;

import static dev.millrace.session.rest.exchange.Fields.anything;
import static dev.millrace.session.rest.exchange.Fields.field;
import static dev.millrace.session.rest.exchange.Fields.isTrue;
import static dev.millrace.session.rest.exchange.Fields.number;
import static dev.millrace.session.rest.exchange.Fields.text;
import static dev.millrace.session.rest.exchange.Fields.time;

import dev.millrace.job.ToolOutcome;
import dev.millrace.session.Display;
import dev.millrace.session.Execution;
import dev.millrace.session.SessionFile;
import dev.millrace.session.rest.exchange.Fault;
import io.micronaut.json.tree.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what pools answer: of either generation, by whatever pool. Names in any case, missing
 * fields, and fields that nobody knows are all the same to it.
 */
public final class Answers {
  private static final String DATA = "/mnt/data";

  private Answers() {}

  /** What an execution has come to so far. */
  public sealed interface Progress {
    /** Not ended yet. */
    record Running(String id) implements Progress {}

    record Ended(Execution execution) implements Progress {}

    /** Stopped by somebody who wanted no outcome. */
    record Canceled() implements Progress {}
  }

  /** Of a session, as far as the pool says it. */
  public record Session(@Nullable Instant createdAt) {}

  /** A page of a listing. */
  record Page(List<Entry> entries, Optional<String> next, boolean complete) {}

  /** One file or directory. */
  record Entry(boolean directory, SessionFile file) {}

  /**
   * @param cap the output limit that was asked for; longer output was cut there
   */
  static Progress progress(JsonNode body, long cap) {
    JsonNode answer = unwrapped(body);
    JsonNode result = orElse(field(answer, "result"), answer);
    boolean nested = result.isObject() && field(result, "stdout") != null;
    String status = text(field(answer, "status")).toLowerCase(Locale.ROOT);
    if (status.equals("running") || status.equals("notstarted")) {
      return new Progress.Running(text(field(answer, "id")));
    }
    if (status.equals("canceled") || status.equals("cancelled")) {
      return new Progress.Canceled();
    }
    JsonNode streams = nested ? result : answer;
    String stdout = text(field(streams, "stdout"));
    String stderr = text(field(streams, "stderr"));
    JsonNode value = field(streams, "executionResult");
    if (value == null && !nested) {
      value = field(answer, "result");
    }
    List<Display> displays = displays(field(streams, "outputs"));
    Optional<Display> image = image(value);
    if (displays.isEmpty() && image.isPresent()) {
      displays = List.of(image.get());
    }
    double seconds = number(field(streams, "executionTimeInMilliseconds")) / 1000;
    boolean cut =
        isTrue(field(streams, "truncated"))
            || number(field(streams, "outputsCut")) > 0
            || stdout.length() >= cap
            || stderr.length() >= cap;
    var outcome =
        new ToolOutcome(
            stdout,
            stderr,
            image.isPresent() ? null : shown(value),
            error(answer, status, stderr),
            cut,
            seconds);
    return new Progress.Ended(new Execution(outcome, displays, null));
  }

  static Session session(JsonNode body) {
    return new Session(time(field(unwrapped(body), "createdAt")));
  }

  /** A page of files; the names of the entries are taken to be below {@code directory}. */
  static Page files(JsonNode body, String directory) {
    var entries = new ArrayList<Entry>();
    JsonNode values = field(body, "value");
    if (values != null && values.isArray()) {
      values.values().forEach(value -> entry(unwrapped(value), directory).ifPresent(entries::add));
    }
    return new Page(
        entries,
        Optional.of(text(field(body, "nextLink"))).filter(s -> !s.isBlank()),
        !isTrue(field(body, "incomplete")));
  }

  private static Optional<Entry> entry(JsonNode file, String directory) {
    String name = text(field(file, "name", "filename"));
    if (name.isBlank()) {
      return Optional.empty();
    }
    JsonNode said = field(file, "directory");
    String within = said != null && said.isString() ? said.getStringValue() : directory;
    boolean isDirectory = text(field(file, "type")).equalsIgnoreCase("directory");
    long size = (long) number(field(file, "sizeInBytes", "size"));
    Instant modified = time(field(file, "lastModifiedAt", "lastModifiedTime"));
    return Optional.of(
        new Entry(isDirectory, new SessionFile(below(within, name), size, modified)));
  }

  /** A path below the data directory, without slashes at its ends. */
  static String below(String directory, String name) {
    String path = name.startsWith(DATA) ? name : directory + "/" + name;
    path = path.startsWith(DATA) ? path.substring(DATA.length()) : path;
    return path.replaceAll("/+", "/").replaceAll("^(\\./|/)+|/+$", "");
  }

  private static @Nullable String error(JsonNode answer, String status, String stderr) {
    Optional<Fault> fault = Fault.in(answer);
    if (fault.isPresent()) {
      Fault said = fault.get();
      return said.message().isBlank() ? said.code() : said.message();
    }
    return switch (status) {
      case "", "succeeded", "success", "0" -> null;
      case "failed", "failure" -> lastLine(stderr).orElse("failed, and the pool did not say why");
      default -> "ended with exit code " + status;
    };
  }

  private static Optional<String> lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce((first, second) -> second);
  }

  private static List<Display> displays(@Nullable JsonNode outputs) {
    var displays = new ArrayList<Display>();
    if (outputs != null && outputs.isArray()) {
      for (JsonNode output : outputs.values()) {
        Map<String, String> bundle = bundle(orElse(field(output, "data"), output));
        // A value that is text is the result already.
        boolean value = text(field(output, "kind")).equalsIgnoreCase("value");
        if (bundle.keySet().stream().anyMatch(type -> !value || type.startsWith("image/"))) {
          displays.add(new Display(bundle));
        }
      }
    }
    return displays;
  }

  private static Map<String, String> bundle(JsonNode data) {
    var bundle = new LinkedHashMap<String, String>();
    if (data.isObject()) {
      for (Map.Entry<String, JsonNode> each : data.entries()) {
        if (each.getKey().contains("/")) {
          bundle.put(each.getKey(), anything(each.getValue()));
        }
      }
    }
    return bundle;
  }

  private static Optional<Display> image(@Nullable JsonNode value) {
    String base64 = text(field(value, "base64_data"));
    return base64.isEmpty() || !text(field(value, "type")).equalsIgnoreCase("image")
        ? Optional.empty()
        : Optional.of(new Display(Map.of("image/" + text(field(value, "format")), base64)));
  }

  /** The value of the last expression; there was none when it is missing or an empty text. */
  private static @Nullable String shown(@Nullable JsonNode value) {
    if (value == null) {
      return null;
    }
    if (value.isBoolean()) {
      return value.getBooleanValue() ? "True" : "False"; // as Python writes it
    }
    String text = value.isNull() ? "nan" : anything(value); // JSON has no NaN
    return text.isEmpty() ? null : text;
  }

  /** What the first generation has put into an object of its own. */
  private static JsonNode unwrapped(JsonNode body) {
    JsonNode properties = field(body, "properties");
    return properties != null && properties.isObject() ? properties : body;
  }

  private static JsonNode orElse(@Nullable JsonNode first, JsonNode second) {
    return first == null ? second : first;
  }
}
