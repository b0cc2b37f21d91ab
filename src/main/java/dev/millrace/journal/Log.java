package dev.millrace.journal;

import dev.millrace.job.Unavailable;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A typed log and how far it has been read. Belongs to one thread. */
final class Log<E> {
  private final Storage storage;
  private final LogFormat<E> format;
  private final InstantSource clock;
  private final Supplier<String> recordIds;
  private final LogWatch watchers;
  private final String owner;
  private final Consumer<Line<E>> fold;
  private long position;
  private @Nullable String newer;
  private @Nullable String corrupt;

  Log(
      Storage storage,
      LogFormat<E> format,
      InstantSource clock,
      Supplier<String> recordIds,
      LogWatch watchers,
      String owner,
      Consumer<Line<E>> fold) {
    this.storage = storage;
    this.format = format;
    this.clock = clock;
    this.recordIds = recordIds;
    this.watchers = watchers;
    this.owner = owner;
    this.fold = fold;
  }

  long position() {
    return position;
  }

  /** Where the next reading begins; everything before stays unread. */
  void seek(long start) {
    position = start;
  }

  /** What made the log unreadable for this version, if anything did. */
  Optional<String> newer() {
    return Optional.ofNullable(newer);
  }

  Optional<String> corrupt() {
    return Optional.ofNullable(corrupt);
  }

  /** Reads and folds what came since; answers the new lines. */
  List<Line<E>> readOn() {
    byte[] tail = bytes(storage, Layout.log(owner), position);
    var reading = format.read(storage, owner, tail);
    reading.lines().forEach(fold);
    position += tail.length;
    watchers.grown(Layout.log(owner), position);
    newer = newer == null ? reading.newer() : newer;
    corrupt = corrupt == null ? reading.corrupt() : corrupt;
    return reading.lines();
  }

  /**
   * Writes the entries, in one piece, if nobody wrote since the last reading. Answers whether they
   * are in the log now; when they are not, the log has been read on.
   *
   * @throws Unavailable also when a later version wrote what this one cannot understand
   */
  boolean append(List<? extends E> entries) {
    if (newer != null) {
      throw new Unavailable(
          "a later version wrote to "
              + Layout.log(owner)
              + ", and this one leaves it alone: "
              + newer);
    }
    List<Line<E>> lines =
        entries.stream()
            .map(entry -> new Line<E>(recordIds.get(), clock.instant(), entry))
            .toList();
    byte[] bytes = format.write(storage, owner, lines);
    return switch (storage.append(Layout.log(owner), position, bytes)) {
      case Storage.Append.Done(long end) -> {
        position = end;
        watchers.grown(Layout.log(owner), position);
        lines.forEach(fold);
        yield true;
      }
      case Storage.Append.Refused() -> {
        String mine = lines.getFirst().recordId();
        yield readOn().stream().anyMatch(line -> line.recordId().equals(mine));
      }
      case Storage.Append.Missing() ->
          throw new Unavailable("the log is gone: " + Layout.log(owner));
    };
  }

  /** What a log or a file like one holds from a position on; nothing when it is not there. */
  static byte[] bytes(Storage storage, String name, long from) {
    try (InputStream bytes =
        storage.open(name, from, Long.MAX_VALUE).orElse(InputStream.nullInputStream())) {
      return bytes.readAllBytes();
    } catch (IOException e) {
      throw new Unavailable("reading " + name + " was cut short", e);
    }
  }
}
