package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Carries a generation to the files and forces them. May be repeated after any failure, in this
 * process or the next: it writes what the generation says whatever an earlier attempt left.
 */
final class Checkpoint {
  private final Disk disk;
  private final Tree tree;
  private final Path parked;
  private final ExecutorService forcers;

  /**
   * @param forcers forces run on these at the same time, and the file system joins them
   */
  Checkpoint(Disk disk, Tree tree, Path parked, ExecutorService forcers) {
    this.disk = disk;
    this.tree = tree;
    this.parked = parked;
    this.forcers = forcers;
  }

  /**
   * Makes sure that what a generation builds upon is there.
   *
   * @throws IllegalStateException when bytes are missing that were durable once
   */
  void verify(Generation generation) throws IOException {
    for (Map.Entry<String, Entry> e : generation.entries.entrySet()) {
      String name = e.getKey();
      if (e.getValue() instanceof Entry.Log log && !log.fresh()) {
        Tree.Found found = tree.find(name);
        if (found == null || !found.log() || found.status().length() < log.base()) {
          throw missing(name, tree.file(name, Tree.LOG), log.base());
        }
      }
      if (e.getValue() instanceof Entry.Parked blob) {
        Path file = parked.resolve(blob.file());
        Disk.Status status = disk.status(file);
        if (status == null || status.length() != blob.length()) {
          throw missing(name, file, blob.length());
        }
      }
    }
  }

  private static IllegalStateException missing(String name, Path file, long length) {
    return new IllegalStateException(
        "%s is damaged: the file %s should hold at least %d bytes. Restore it from a copy"
            .formatted(name, file, length));
  }

  void run(Generation generation) throws IOException {
    List<Force> forces = new ArrayList<>();
    for (Map.Entry<String, Entry> e : generation.entries.entrySet()) {
      write(e.getKey(), e.getValue(), forces);
    }
    tree.prune();
    forceAll(forces);
    forces.clear();
    for (Path directory : tree.touched()) {
      forces.add(() -> disk.forceDirectory(directory));
    }
    forceAll(forces);
  }

  private interface Force {
    void run() throws IOException;
  }

  private void write(String name, Entry entry, List<Force> forces) throws IOException {
    switch (entry) {
      case Entry.Gone gone -> tree.remove(name);
      case Entry.Parked blob -> {
        tree.adopt(parked.resolve(blob.file()), name);
        try (var file = tree.open(name, Tree.BLOB)) {
          file.modified(blob.modified());
        }
        forces.add(() -> force(name, Tree.BLOB));
      }
      case Entry.Small blob -> {
        try (var file = tree.create(name, Tree.BLOB)) {
          fill(file, 0, blob.bytes(), blob.bytes().length, blob);
        }
        // An empty file has nothing to lose but its entry in the directory.
        if (blob.length() > 0) {
          forces.add(() -> force(name, Tree.BLOB));
        }
      }
      case Entry.Log log -> {
        try (var file = log.fresh() ? tree.create(name, Tree.LOG) : tree.open(name, Tree.LOG)) {
          fill(file, log.base(), log.tail(), log.used(), log);
        }
        if (log.length() > 0) {
          forces.add(() -> force(name, Tree.LOG));
        }
      }
    }
  }

  private static void fill(
      Disk.Handle file, long position, byte[] bytes, int length, Entry.Present entry)
      throws IOException {
    if (length > 0) {
      file.write(ByteBuffer.wrap(bytes, 0, length), position);
    }
    file.modified(entry.modified());
  }

  private void force(String name, char mark) throws IOException {
    try (var file = tree.open(name, mark)) {
      file.force(true);
    }
  }

  private void forceAll(List<Force> forces) throws IOException {
    List<Future<?>> running = new ArrayList<>(forces.size());
    for (Force force : forces) {
      running.add(
          forcers.submit(
              () -> {
                force.run();
                return true;
              }));
    }
    IOException fault = null;
    boolean interrupted = false;
    for (Future<?> future : running) {
      while (true) {
        try {
          future.get();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          fault = e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (fault != null) {
      throw fault;
    }
  }
}
