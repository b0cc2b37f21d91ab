package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of an open store, put together, and the order in which they start and stop. */
final class Engine {
  private static final Logger logger = LoggerFactory.getLogger(DiskStorage.class);

  final View view;
  final WriteAheadLog log;
  final Committer committer;
  final Parking parking;
  final Checkpointer checkpointer;
  private final ExecutorService forcers;
  private final @Nullable Thread background;

  Engine(Disk disk, Path root, Tuning tuning) throws IOException {
    Path wal = root.resolve("wal");
    Path files = root.resolve("files");
    Path parked = root.resolve("parked");
    for (Path directory : List.of(wal, files, parked)) {
      disk.createDirectory(directory);
    }
    disk.forceDirectory(root);
    var recovery = new Recovery(disk, wal);
    recovery.run();
    var tree = new Tree(disk, files, tuning.keptNames());
    forcers = threads(tuning.forcers());
    var checkpoint = new Checkpoint(disk, tree, parked, forcers);
    checkpoint.verify(recovery.generation);
    parking = new Parking(disk, parked);
    parking.sweep(parkedBy(recovery.generation));
    var wanted = new Semaphore(recovery.generation.segments.isEmpty() ? 0 : 1);
    log = new WriteAheadLog(disk, wal, recovery, tuning, wanted::release);
    committer = new Committer(log);
    view = new View(disk, log, tree, parked);
    checkpointer = new Checkpointer(log, checkpoint, parking, wanted);
    background = tuning.period().isZero() ? null : checkpointer.start(tuning.period());
  }

  /** Threads for the time of a checkpoint. Not virtual: a flush would hold up the carriers. */
  private static ExecutorService threads(int count) {
    var threads =
        new ThreadPoolExecutor(
            count,
            count,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("storage-force-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private static Set<String> parkedBy(Generation generation) {
    Set<String> files = new HashSet<>();
    for (Entry entry : generation.entries.values()) {
      if (entry instanceof Entry.Parked blob) {
        files.add(blob.file());
      }
    }
    return files;
  }

  /** Commits deletes and lets go of the files that only they named. */
  void delete(List<Change> deletes) {
    Map<String, Entry.Parked> blobs = new HashMap<>();
    for (Change delete : deletes) {
      if (log.layers().find(delete.name()) instanceof Entry.Parked blob) {
        blobs.put(delete.name(), blob);
      }
    }
    committer.commit(deletes, false);
    Layers layers = log.layers();
    blobs.forEach(
        (name, blob) -> {
          // A checkpoint that has begun needs the file, and removes it when it is done.
          if (!blob.equals(layers.below(name))) {
            parking.discard(blob.file());
          }
        });
  }

  void close() {
    checkpointer.stop();
    if (background != null) {
      joinQuietly(background);
    }
    log.stop();
    try {
      checkpointer.checkpoint();
    } catch (IOException | RuntimeException e) {
      logger
          .atWarn()
          .setCause(e)
          .log("changes could not be brought to their files; the next start does it");
    }
    log.close();
    forcers.shutdown();
  }

  private static void joinQuietly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
