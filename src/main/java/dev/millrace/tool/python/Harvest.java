package dev.millrace.tool.python;

import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.session.Display;
import dev.millrace.session.Execution;
import dev.millrace.session.Listing;
import dev.millrace.session.SessionFile;
import dev.millrace.tool.ToolContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What remains of one cell: its output, its figures, and the files that it made or changed. */
final class Harvest {
  /** By how much the clock of a pool may be late. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  private static final Map<String, String> IMAGES =
      Map.of("image/png", ".png", "image/jpeg", ".jpg", "image/svg+xml", ".svg");

  private final PythonSettings settings;
  private final ToolContext context;
  private final List<String> notes;

  Harvest(PythonSettings settings, ToolContext context, List<String> notes) {
    this.settings = settings;
    this.context = context;
    this.notes = notes;
  }

  /**
   * @param before the files as they were before the cell; absent when nobody has looked
   */
  ToolOutcome of(Execution execution, Optional<List<SessionFile>> before) {
    Optional.ofNullable(execution.rebuilt()).ifPresent(rebuilt -> notes.add(rebuilt.text()));
    var tables = new StringBuilder();
    execution.displays().forEach(display -> figure(display, tables));
    files(before);
    return outcome(execution.outcome(), tables.toString());
  }

  private ToolOutcome outcome(ToolOutcome ran, String tables) {
    Cut stdout = cut(tables.isEmpty() ? ran.stdout() : joined(ran.stdout(), tables));
    Cut stderr = cut(ran.stderr());
    Optional<Cut> result = Optional.ofNullable(ran.result()).map(this::cut);
    Optional<Cut> error = Optional.ofNullable(ran.error()).map(this::cut);
    boolean cut =
        Stream.of(Optional.of(stdout), Optional.of(stderr), result, error)
            .flatMap(Optional::stream)
            .anyMatch(Cut::made);
    return new ToolOutcome(
        stdout.text(),
        stderr.text(),
        result.map(Cut::text).orElse(null),
        error.map(Cut::text).orElse(null),
        ran.truncated() || cut,
        ran.seconds(),
        notes.isEmpty() ? null : String.join("\n", notes));
  }

  private static String joined(String stdout, String tables) {
    return stdout + (stdout.isEmpty() || stdout.endsWith("\n") ? "" : "\n") + tables;
  }

  private Cut cut(String text) {
    return Cut.of(text, settings.output());
  }

  /** A figure becomes a file; what else is shown is read by the model as text. Nothing is drawn. */
  private void figure(Display display, StringBuilder tables) {
    Optional<String> type =
        IMAGES.keySet().stream().filter(display.bundle()::containsKey).findAny();
    if (type.isEmpty()) {
      Optional.ofNullable(display.bundle().get("text/plain"))
          .ifPresent(text -> tables.append(text).append('\n'));
      return;
    }
    bytes(type.get(), String.valueOf(display.bundle().get(type.get())))
        .ifPresentOrElse(
            bytes -> keep("figure-1" + IMAGES.get(type.get()), type.get(), null, stream(bytes)),
            () -> notes.add("a figure could not be read"));
  }

  private static Optional<byte[]> bytes(String type, String content) {
    try {
      return Optional.of(
          type.equals("image/svg+xml")
              ? content.getBytes(StandardCharsets.UTF_8)
              : Base64.getMimeDecoder().decode(content));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private void files(Optional<List<SessionFile>> before) {
    Listing listing = context.session().files();
    List<SessionFile> after = listing.files();
    Map<String, SessionFile> old =
        before.orElse(List.of()).stream()
            .collect(Collectors.toMap(SessionFile::path, Function.identity(), (one, two) -> two));
    List<SessionFile> changed =
        after.stream()
            .filter(file -> wanted(file.path()))
            .filter(file -> before.isPresent() ? !file.equals(old.get(file.path())) : perhaps(file))
            .toList();
    changed.stream().limit(settings.files()).forEach(this::keep);
    if (changed.size() > settings.files()) {
      notes.add(
          "not kept, as one call may leave %d files: %d more"
              .formatted(settings.files(), changed.size() - settings.files()));
    }
    if (!listing.complete()) {
      notes.add(
          "not all files of the session can be listed, so some may not have been kept: there are"
              + " too many, or some are in directories that cannot be read");
    }
    context.workspace().listing().set(Optional.of(after));
  }

  /** Where nobody has looked before, the log and the time tell. */
  private boolean perhaps(SessionFile file) {
    Instant modified = file.modifiedAt();
    return !context.workspace().known().containsKey(file.path())
        || modified == null
        || !modified.isBefore(context.announced().minus(SKEW));
  }

  /** What programs leave lying about for themselves. */
  private static boolean wanted(String path) {
    return Stream.of(path.split("/"))
        .noneMatch(part -> part.startsWith(".") || part.equals("__pycache__"));
  }

  private void keep(SessionFile file) {
    if (file.size() > (long) settings.largestFile() << 20) {
      notes.add(
          "not kept, as it is larger than %d MiB: %s"
              .formatted(settings.largestFile(), file.path()));
      return;
    }
    try {
      context
          .session()
          .open(file.path())
          .ifPresent(bytes -> keep(file.path(), MediaTypes.of(file.path()), file.path(), bytes));
    } catch (IllegalArgumentException e) {
      notes.add("not kept: " + file.path() + ": " + e.getMessage());
    }
  }

  private void keep(String name, String mediaType, @Nullable String path, InputStream bytes) {
    try (bytes) {
      context.files().keep(name, mediaType, path, bytes);
    } catch (IOException e) {
      throw new Unavailable("could not read a file of the code session to its end", e);
    }
  }
}
