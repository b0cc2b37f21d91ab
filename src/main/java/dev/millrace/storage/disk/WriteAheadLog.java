package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sequence of segments, and the layers in memory that show what is durable in them. One batch
 * at a time is written.
 */
final class WriteAheadLog {
  private static final long PATIENCE_SECONDS = 30;

  private final Disk disk;
  private final Path directory;
  private final long limit;
  private final int ahead;
  private final Runnable checkpointWanted;
  private final SecureRandom salts = new SecureRandom();
  private final AtomicLong numbers;
  private final Deque<Path> obsolete = new ArrayDeque<>();

  private final ReentrantLock flushing = new ReentrantLock();
  private final Condition thawed = flushing.newCondition();
  private volatile Layers layers;
  private @Nullable Segment segment;
  private Link last;
  private @Nullable IOException checkpointFault;
  private @Nullable String stopped;

  WriteAheadLog(
      Disk disk, Path directory, Recovery recovery, Tuning tuning, Runnable checkpointWanted)
      throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.limit = tuning.generation();
    this.ahead = tuning.ahead();
    this.checkpointWanted = checkpointWanted;
    this.numbers = new AtomicLong(recovery.newest);
    this.last = recovery.last;
    this.layers =
        new Layers(
            new Generation(), recovery.generation.segments.isEmpty() ? null : recovery.generation);
    use(prepare());
  }

  Layers layers() {
    return layers;
  }

  /**
   * Waits for its turn, writes a batch, flushes it, shows it.
   *
   * @param close stops the batch from growing, as late as can be
   */
  void write(Batch batch, Runnable close) throws IOException {
    flushing.lock();
    try {
      awaitRoom();
      close.run();
      flush(batch);
    } finally {
      flushing.unlock();
    }
    if (layers.current().weight() > limit) {
      checkpointWanted.run();
    }
  }

  private void awaitRoom() throws IOException {
    long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    boolean interrupted = false;
    try {
      while (layers.frozen() != null && layers.current().weight() > 2 * limit) {
        if (checkpointFault != null) {
          throw checkpointFault;
        }
        if (left <= 0) {
          throw new IOException("the disk does not keep up");
        }
        checkpointWanted.run();
        try {
          left = thawed.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void flush(Batch batch) throws IOException {
    if (stopped != null) {
      throw new IOException(stopped);
    }
    Segment target = segment == null ? use(prepare()) : segment;
    try {
      target.write(batch.records);
    } catch (IOException | RuntimeException | Error e) {
      // After a failed flush nobody knows which bytes are on disk, and a second flush may lie.
      leave(target);
      throw e;
    }
    try {
      show(batch);
    } catch (RuntimeException | Error e) {
      stopped = "memory no longer agrees with the disk, restart the process";
      throw e;
    }
  }

  private void show(Batch batch) {
    Generation current = layers.current();
    for (int i = 0; i < batch.changes.size(); i++) {
      Change change = batch.changes.get(i);
      current.apply(change, batch.alone.get(i) && layers.below(change.name()) == null);
    }
  }

  private Segment prepare() throws IOException {
    var name = new SegmentName(numbers.incrementAndGet(), salts.nextLong());
    return Segment.create(disk, directory, name, ahead);
  }

  private Segment use(Segment next) {
    next.follows(last);
    segment = next;
    layers.current().segments.add(directory.resolve(next.name.toString()));
    return next;
  }

  /**
   * A segment that took no batch is no part of the sequence: the next goes on from the one before.
   */
  private void leave(Segment done) {
    if (done.end() > 0) {
      last = new Link(done.name.number(), done.end());
    }
    done.abandon();
    segment = null;
  }

  /**
   * Starts a new generation and answers the one to bring to the files: the one that waits for it
   * already, or else all changes so far. Null when there are none.
   */
  @Nullable Generation freeze() throws IOException {
    Layers before = layers;
    if (before.frozen() != null) {
      return before.frozen();
    }
    if (before.current().entries.isEmpty() && before.current().weight() == 0) {
      return null;
    }
    Segment next = prepare();
    flushing.lock();
    try {
      if (segment != null) {
        leave(segment);
      }
      if (numbers.get() > next.name.number()) {
        // A failure made the committer go on to a segment of its own meanwhile.
        next.abandon();
        disk.delete(directory.resolve(next.name.toString()));
        next = prepare();
      }
      layers = new Layers(new Generation(), layers.current());
      use(next);
      return layers.frozen();
    } finally {
      flushing.unlock();
    }
  }

  /** The generation is in its files, durably, and its part of the write-ahead log may go. */
  void thaw(Generation done) throws IOException {
    flushing.lock();
    try {
      checkpointFault = null;
      layers = new Layers(layers.current(), null);
      thawed.signalAll();
    } finally {
      flushing.unlock();
    }
    obsolete.addAll(done.segments);
    while (!obsolete.isEmpty()) {
      // Each before the next, so that no crash leaves a hole in the sequence.
      disk.delete(obsolete.getFirst());
      disk.forceDirectory(directory);
      obsolete.removeFirst();
    }
  }

  /** A checkpoint failed and will be tried again; who waits for room need not wait longer. */
  void failed(IOException fault) {
    flushing.lock();
    try {
      checkpointFault = fault;
      thawed.signalAll();
    } finally {
      flushing.unlock();
    }
  }

  /** Refuses all further changes. */
  void stop() {
    flushing.lock();
    try {
      stopped = "the store is closed";
    } finally {
      flushing.unlock();
    }
  }

  void close() {
    flushing.lock();
    try {
      if (segment != null) {
        segment.abandon();
      }
    } finally {
      flushing.unlock();
    }
  }
}
