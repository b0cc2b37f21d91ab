package dev.millrace.storage.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * All durable changes of a stretch of time, by name, in memory. One thread at a time changes it;
 * any number read it meanwhile.
 */
final class Generation {
  private static final int PER_CHANGE = 100;

  final ConcurrentSkipListMap<String, Entry> entries = new ConcurrentSkipListMap<>();

  /** The files of the write-ahead log that hold these changes, oldest first. */
  final List<Path> segments = new ArrayList<>();

  private final AtomicLong weight = new AtomicLong();

  /** About how many bytes of memory it takes. */
  long weight() {
    return weight.get();
  }

  /**
   * Takes a change.
   *
   * @param alone nothing of a name that appears lies below this generation
   */
  void apply(Change change, boolean alone) {
    Entry known = entries.get(change.name());
    switch (change) {
      case Change.Create c -> entries.put(c.name(), Entry.Log.created(c.at(), alone));
      case Change.Put c -> entries.put(c.name(), new Entry.Small(c.bytes(), c.at(), alone));
      case Change.Park c ->
          entries.put(c.name(), new Entry.Parked(c.file(), c.length(), c.at(), alone));
      case Change.Append c -> append(c, known);
      case Change.Delete c -> {
        if (known instanceof Entry.Present present && present.alone()) {
          entries.remove(c.name());
        } else {
          entries.put(c.name(), new Entry.Gone());
        }
      }
    }
    weight.addAndGet(PER_CHANGE + change.name().length() + size(change));
  }

  private void append(Change.Append change, @Nullable Entry known) {
    Entry.Log log =
        known instanceof Entry.Log l ? l : Entry.Log.grownFrom(change.position(), change.at());
    if (log.length() != change.position()) {
      throw new IllegalStateException(
          "%s is %d bytes long, but an append was made at %d"
              .formatted(change.name(), log.length(), change.position()));
    }
    entries.put(change.name(), log.append(change.bytes(), change.at()));
  }

  private static int size(Change change) {
    return switch (change) {
      case Change.Append c -> c.bytes().length;
      case Change.Put c -> c.bytes().length;
      case Change.Create c -> 0;
      case Change.Park c -> 0;
      case Change.Delete c -> 0;
    };
  }
}
