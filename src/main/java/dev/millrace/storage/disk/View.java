package dev.millrace.storage.disk;

import dev.millrace.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What can be seen: the layers in memory over the files. Never a change that is not durable. */
final class View {
  private final Disk disk;
  private final WriteAheadLog log;
  private final Tree tree;
  private final Path parked;

  View(Disk disk, WriteAheadLog log, Tree tree, Path parked) {
    this.disk = disk;
    this.log = log;
    this.tree = tree;
    this.parked = parked;
  }

  record Seen(boolean log, long length, Instant modified) {}

  /** Null when there is nothing of that name. */
  @Nullable Seen find(String name) throws IOException {
    while (true) {
      Layers layers = log.layers();
      Entry entry = layers.find(name);
      if (entry instanceof Entry.Present present) {
        return new Seen(present instanceof Entry.Log, present.length(), present.modified());
      }
      if (entry instanceof Entry.Gone) {
        return null;
      }
      Tree.Found found = tree.find(name);
      if (layers == log.layers()) {
        return found == null
            ? null
            : new Seen(found.log(), found.status().length(), found.status().modified());
      }
    }
  }

  /** Null when there is nothing of that name. */
  @Nullable Content open(String name) throws IOException {
    while (true) {
      Layers layers = log.layers();
      Entry entry = layers.find(name);
      Content content = null;
      try {
        content = open(layers, name, entry);
      } catch (NoSuchFileException e) {
        if (layers == log.layers() && Objects.equals(layers.find(name), entry)) {
          throw e;
        }
        // Moved or deleted since we looked: look again.
        continue;
      }
      if (layers == log.layers()) {
        return content;
      }
      if (content != null) {
        content.close();
      }
    }
  }

  private @Nullable Content open(Layers layers, String name, @Nullable Entry top)
      throws IOException {
    List<Content.Slice> slices = new ArrayList<>(2);
    Entry lowest = top;
    Entry below = layers.below(name);
    if (top instanceof Entry.Log grown && !grown.fresh() && below != null && !below.equals(top)) {
      slices.add(new Content.Slice(grown.tail(), grown.used()));
      lowest = below;
    }
    return switch (lowest) {
      case null -> atRest(name);
      case Entry.Gone gone -> null;
      case Entry.Small blob ->
          new Content(null, 0, List.of(new Content.Slice(blob.bytes(), blob.bytes().length)));
      case Entry.Parked blob -> parked(blob);
      case Entry.Log log -> {
        slices.addFirst(new Content.Slice(log.tail(), log.used()));
        Disk.Handle file = log.base() == 0 ? null : disk.read(tree.file(name, Tree.LOG));
        yield new Content(file, log.base(), slices);
      }
    };
  }

  private @Nullable Content atRest(String name) throws IOException {
    Tree.Found found = tree.find(name);
    return found == null
        ? null
        : new Content(disk.read(found.file()), found.status().length(), List.of());
  }

  private Content parked(Entry.Parked blob) throws IOException {
    return new Content(disk.read(parked.resolve(blob.file())), blob.length(), List.of());
  }

  /**
   * @param next the name to go on behind, null when there are no more
   */
  record Listing(List<Storage.Stat> stats, @Nullable String next) {}

  /** What begins with {@code prefix} and comes after {@code after}, at most {@code limit}. */
  Listing list(String prefix, String after, int limit) throws IOException {
    Layers layers = log.layers();
    int wanted = limit + 1;
    var names = new TreeSet<String>();
    inMemory(layers.current(), prefix, after, wanted, layers, names);
    if (layers.frozen() != null) {
      inMemory(layers.frozen(), prefix, after, wanted, layers, names);
    }
    int[] taken = {0};
    tree.walk(
        prefix,
        after,
        name -> {
          if (layers.find(name) == null) {
            names.add(name);
            taken[0]++;
          }
          return taken[0] < wanted;
        });
    List<Storage.Stat> stats = new ArrayList<>();
    String last = null;
    int listed = 0;
    for (String name : names) {
      if (listed++ == limit) {
        return new Listing(stats, last);
      }
      Seen seen = find(name);
      if (seen != null) {
        stats.add(new Storage.Stat(name, seen.length(), seen.modified()));
      }
      last = name;
    }
    return new Listing(stats, null);
  }

  private static void inMemory(
      Generation generation,
      String prefix,
      String after,
      int wanted,
      Layers layers,
      Set<String> names) {
    NavigableMap<String, Entry> range =
        after.compareTo(prefix) < 0
            ? generation.entries.tailMap(prefix, true)
            : generation.entries.tailMap(after, false);
    int taken = 0;
    for (String name : range.keySet()) {
      if (!name.startsWith(prefix) || taken == wanted) {
        return;
      }
      if (layers.find(name) instanceof Entry.Present) {
        names.add(name);
        taken++;
      }
    }
  }
}
