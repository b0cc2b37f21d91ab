package dev.millrace.storage.disk;

import dev.millrace.job.Unavailable;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes changes durable, many callers' in one flush. Whoever finds no batch waiting opens one and
 * leads it: it waits for the flush before, takes everybody who came meanwhile along, and writes. A
 * lone caller waits for nobody.
 *
 * <p>No two changes of one name may be under way at once; callers see to that.
 */
final class Committer {
  private static final int FULL = 4 << 20;

  private final WriteAheadLog log;
  private final ReentrantLock gate = new ReentrantLock();
  private Batch waiting = new Batch();

  Committer(WriteAheadLog log) {
    this.log = log;
  }

  /**
   * Returns when the changes are durable and visible.
   *
   * @param alone nothing of the names that appear lies in the layers or in the files
   * @throws Unavailable when they may not be durable; then they are not visible
   */
  void commit(List<Change> changes, boolean alone) {
    byte[] record = Change.encode(changes);
    Batch batch;
    boolean leads;
    gate.lock();
    try {
      batch = waiting;
      leads = batch.records.isEmpty();
      batch.add(changes, alone, record);
      if (batch.size > FULL) {
        waiting = new Batch();
      }
    } finally {
      gate.unlock();
    }
    if (leads) {
      lead(batch);
    } else {
      awaitQuietly(batch.done);
    }
    Throwable failure = batch.failure;
    if (failure != null) {
      throw Faults.unavailable("write " + changes.getFirst().name(), failure);
    }
  }

  private void lead(Batch batch) {
    try {
      log.write(batch, () -> close(batch));
    } catch (Throwable e) {
      // Whatever it was, the others of the batch must not wait for ever; each reports it.
      close(batch);
      batch.failure = e;
    } finally {
      batch.done.countDown();
    }
  }

  private void close(Batch batch) {
    gate.lock();
    try {
      if (waiting == batch) {
        waiting = new Batch();
      }
    } finally {
      gate.unlock();
    }
  }

  private static void awaitQuietly(CountDownLatch done) {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
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
