package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The children of directories in the order of the names they stand for. A file is known by its file
 * name, mark included, a directory by its name and a slash. Large directories are kept in memory
 * and up to date, as far as the budget of names goes; a directory larger than that is read anew for
 * every stretch of it.
 */
final class Directories {
  private static final int WORTH_KEEPING = 500;
  private static final int STRETCH = 10_000;

  private final Disk disk;
  private final int budget;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Path, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

  Directories(Disk disk, int budget) {
    this.disk = disk;
    this.budget = budget;
  }

  private static final class Kept {
    final NavigableSet<String> children = new ConcurrentSkipListSet<>(ORDER);
    int size;
  }

  /** By the names they stand for: a mark does not count, the slash of a directory does. */
  static final Comparator<String> ORDER =
      (a, b) -> {
        int lengthA = significant(a);
        int lengthB = significant(b);
        int common = Math.min(lengthA, lengthB);
        for (int i = 0; i < common; i++) {
          int difference = a.charAt(i) - b.charAt(i);
          if (difference != 0) {
            return difference;
          }
        }
        return lengthA == lengthB ? a.compareTo(b) : lengthA - lengthB;
      };

  private static int significant(String child) {
    return child.endsWith("/") ? child.length() : child.length() - 1;
  }

  /**
   * @param complete there are none behind the last of these
   */
  record Children(Iterable<String> inOrder, boolean complete) {}

  /** Children from {@code from} on, or behind it. At least one if there is any. */
  Children children(Path directory, String from, boolean inclusive) throws IOException {
    Kept known = known(directory);
    if (known != null) {
      return new Children(known.children.tailSet(from, inclusive), true);
    }
    var stretch = new Stretch(from, inclusive);
    disk.list(directory, file -> stretch.see(child(file)));
    if (stretch.seen < WORTH_KEEPING || stretch.seen > budget) {
      return stretch.children();
    }
    return new Children(keep(directory).tailSet(from, inclusive), true);
  }

  /** The first children of a range, found without holding all of them. */
  private static final class Stretch {
    private final String from;
    private final boolean inclusive;
    private final List<String> first = new ArrayList<>();
    private @Nullable String bound;
    int seen;

    Stretch(String from, boolean inclusive) {
      this.from = from;
      this.inclusive = inclusive;
    }

    void see(String child) {
      seen++;
      int order = ORDER.compare(child, from);
      if (order < 0
          || (order == 0 && !inclusive)
          || (bound != null && ORDER.compare(child, bound) > 0)) {
        return;
      }
      first.add(child);
      if (first.size() == 2 * STRETCH) {
        first.sort(ORDER);
        first.subList(STRETCH, first.size()).clear();
        bound = first.getLast();
      }
    }

    Children children() {
      first.sort(ORDER);
      if (bound != null) {
        first.removeIf(child -> ORDER.compare(child, bound) > 0);
      }
      return new Children(first, bound == null);
    }
  }

  void added(Path directory, String child) {
    lock.lock();
    try {
      Kept known = kept.get(directory);
      if (known != null && known.children.add(child) && ++known.size > budget) {
        kept.remove(directory);
      }
    } finally {
      lock.unlock();
    }
  }

  void removed(Path directory, String child) {
    lock.lock();
    try {
      Kept known = kept.get(directory);
      if (known != null && known.children.remove(child)) {
        known.size--;
      }
    } finally {
      lock.unlock();
    }
  }

  void gone(Path directory) {
    lock.lock();
    try {
      kept.remove(directory);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Kept known(Path directory) {
    lock.lock();
    try {
      return kept.get(directory);
    } finally {
      lock.unlock();
    }
  }

  /** Reads under the lock, so that no addition or removal falls between reading and keeping. */
  private NavigableSet<String> keep(Path directory) throws IOException {
    lock.lock();
    try {
      Kept fresh = new Kept();
      disk.list(directory, file -> fresh.children.add(child(file)));
      fresh.size = fresh.children.size();
      kept.put(directory, fresh);
      int total = kept.values().stream().mapToInt(k -> k.size).sum();
      var eldest = kept.entrySet().iterator();
      while (total > budget && eldest.hasNext()) {
        total -= eldest.next().getValue().size;
        eldest.remove();
      }
      return fresh.children;
    } finally {
      lock.unlock();
    }
  }

  private static String child(String file) {
    char last = file.charAt(file.length() - 1);
    return last == Tree.LOG || last == Tree.BLOB ? file : file + "/";
  }
}
