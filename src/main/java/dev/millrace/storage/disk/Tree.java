package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files. A name is a path, and the last segment gets a mark that no name can hold: {@code +}
 * for a log, which grows, {@code =} for a blob, which stays. So {@code a/b} and {@code a/b/c} can
 * both be there, and a person sees which is which.
 */
final class Tree {
  static final char LOG = '+';
  static final char BLOB = '=';

  private final Disk disk;
  private final Path root;
  private final Directories directories;
  private final Set<Path> touched = new HashSet<>();
  private final Set<Path> emptied = new HashSet<>();

  /**
   * @param kept how many names of large directories may stay in memory
   */
  Tree(Disk disk, Path root, int kept) {
    this.disk = disk;
    this.root = root;
    this.directories = new Directories(disk, kept);
  }

  /** What is in the file of a name. */
  record Found(Path file, boolean log, Disk.Status status) {}

  @Nullable Found find(String name) throws IOException {
    Path log = file(name, LOG);
    Disk.Status status = disk.status(log);
    if (status != null) {
      return new Found(log, true, status);
    }
    Path blob = file(name, BLOB);
    status = disk.status(blob);
    return status == null ? null : new Found(blob, false, status);
  }

  Path file(String name, char mark) {
    return root.resolve(name + mark);
  }

  /** Takes names in their order. */
  interface Visitor {
    /** False to hear of no more. */
    boolean visit(String name);
  }

  /** Visits the names that begin with {@code prefix} and come after {@code after}. */
  void walk(String prefix, String after, Visitor visitor) throws IOException {
    walk(root, "", prefix, after, visitor);
  }

  private boolean walk(Path directory, String path, String prefix, String after, Visitor visitor)
      throws IOException {
    String start = prefix.compareTo(after) > 0 ? prefix : after;
    if (!start.startsWith(path) && start.compareTo(path) > 0) {
      return true;
    }
    String from = firstChild(start.startsWith(path) ? start.substring(path.length()) : "");
    boolean inclusive = true;
    while (true) {
      var children = directories.children(directory, from, inclusive);
      for (String child : children.inOrder()) {
        boolean go =
            child.endsWith("/")
                ? visitDirectory(directory, path, child, prefix, after, visitor)
                : visitFile(path + child.substring(0, child.length() - 1), prefix, after, visitor);
        if (!go) {
          return false;
        }
        from = child;
      }
      if (children.complete()) {
        return true;
      }
      inclusive = false;
    }
  }

  /** The child of which a range of names below its directory begins. */
  private static String firstChild(String start) {
    int slash = start.indexOf('/');
    return slash < 0 ? start + LOG : start.substring(0, slash + 1);
  }

  private boolean visitDirectory(
      Path directory, String path, String child, String prefix, String after, Visitor visitor)
      throws IOException {
    String below = path + child;
    if (below.startsWith(prefix) || prefix.startsWith(below)) {
      Path next = directory.resolve(child.substring(0, child.length() - 1));
      return walk(next, below, prefix, after, visitor);
    }
    return below.compareTo(prefix) < 0;
  }

  private static boolean visitFile(String name, String prefix, String after, Visitor visitor) {
    if (name.startsWith(prefix)) {
      return name.compareTo(after) <= 0 || visitor.visit(name);
    }
    return name.compareTo(prefix) < 0;
  }

  /** A new file of a name, in place of whatever has it, with the directories it needs. */
  Disk.Handle create(String name, char mark) throws IOException {
    Path file = file(name, mark);
    makeRoom(name, parent(file));
    Disk.Handle handle = disk.create(file);
    appeared(file);
    return handle;
  }

  /** An existing file, to be made longer or forced. */
  Disk.Handle open(String name, char mark) throws IOException {
    return disk.open(file(name, mark));
  }

  /** Takes a finished file in, in place of whatever has the name. */
  void adopt(Path finished, String name) throws IOException {
    Path file = file(name, BLOB);
    makeRoom(name, parent(file));
    disk.link(finished, file);
    appeared(file);
  }

  void remove(String name) throws IOException {
    for (char mark : new char[] {LOG, BLOB}) {
      Path file = file(name, mark);
      if (disk.status(file) != null) {
        disk.delete(file);
        directories.removed(parent(file), file.getFileName().toString());
      }
      emptied.add(parent(file));
    }
  }

  private void makeRoom(String name, Path directory) throws IOException {
    if (disk.exists(directory)) {
      remove(name);
      return;
    }
    Deque<Path> missing = new ArrayDeque<>();
    for (Path d = directory; !d.equals(root) && !disk.exists(d); d = parent(d)) {
      missing.push(d);
    }
    for (Path d : missing) {
      disk.createDirectory(d);
      directories.added(parent(d), d.getFileName() + "/");
    }
  }

  private void appeared(Path file) {
    directories.added(parent(file), file.getFileName().toString());
    touch(parent(file));
  }

  /**
   * All the way up: an earlier attempt may have made a directory and failed before it was durable.
   */
  private void touch(Path directory) {
    for (Path d = directory; touched.add(d) && !d.equals(root); d = parent(d)) {
      // Until one is met whose parents are known.
    }
  }

  /** Removes directories that removals left empty, up to the root. */
  void prune() throws IOException {
    for (Path directory : emptied) {
      Path d = directory;
      while (!d.equals(root) && disk.deleteDirectory(d)) {
        directories.gone(d);
        touched.remove(d);
        directories.removed(parent(d), d.getFileName() + "/");
        d = parent(d);
      }
      while (!disk.exists(d)) {
        d = parent(d);
      }
      touch(d);
    }
    emptied.clear();
  }

  /** The directories whose entries changed since this was last asked. */
  List<Path> touched() {
    List<Path> directories = List.copyOf(touched);
    touched.clear();
    return directories;
  }

  private static Path parent(Path file) {
    return Objects.requireNonNull(file.getParent(), "every file is below the root");
  }
}
