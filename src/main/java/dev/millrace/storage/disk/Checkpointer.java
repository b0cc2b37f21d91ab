package dev.millrace.storage.disk;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs checkpoints in the background: when asked to, and from time to time. */
final class Checkpointer {
  private static final Logger logger = LoggerFactory.getLogger(DiskStorage.class);
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 500;

  private final WriteAheadLog log;
  private final Checkpoint checkpoint;
  private final Parking parking;
  private final Semaphore wanted;
  private final ReentrantLock running = new ReentrantLock();
  private final CountDownLatch stopped = new CountDownLatch(1);

  Checkpointer(WriteAheadLog log, Checkpoint checkpoint, Parking parking, Semaphore wanted) {
    this.log = log;
    this.checkpoint = checkpoint;
    this.parking = parking;
    this.wanted = wanted;
  }

  /** Brings to the files what was committed before the call. */
  void checkpoint() throws IOException {
    running.lock();
    try {
      boolean backlog = log.layers().frozen() != null;
      step();
      if (backlog) {
        step();
      }
    } finally {
      running.unlock();
    }
  }

  private void step() throws IOException {
    Generation generation = log.freeze();
    if (generation != null) {
      checkpoint.run(generation);
      log.thaw(generation);
      for (Entry entry : generation.entries.values()) {
        if (entry instanceof Entry.Parked blob) {
          parking.discard(blob.file());
        }
      }
    }
  }

  Thread start(Duration period) {
    return Thread.ofPlatform().daemon().name("storage-checkpoint").start(() -> loop(period));
  }

  private void loop(Duration period) {
    try {
      while (stopped.getCount() > 0) {
        if (wanted.tryAcquire(period.toMillis(), TimeUnit.MILLISECONDS)) {
          wanted.drainPermits();
        }
        if (stopped.getCount() > 0 && !quietly()) {
          // New wishes do not shorten this pause: a full disk is not asked in a tight loop.
          stopped.await(PAUSE_AFTER_FAILURE_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean quietly() {
    try {
      checkpoint();
      return true;
    } catch (IOException | RuntimeException | Error e) { // without this thread memory only grows
      log.failed(e instanceof IOException io ? io : new IOException(e));
      logger
          .atWarn()
          .setCause(e)
          .log("changes could not be brought to their files; they are safe and it is tried again");
      return false;
    }
  }

  void stop() {
    stopped.countDown();
    wanted.release();
  }
}
