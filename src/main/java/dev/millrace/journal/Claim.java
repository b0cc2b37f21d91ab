package dev.millrace.journal;

import java.util.function.BooleanSupplier;

/**
 * The right to write the next steps of a job, for as long as nobody else has claimed it. Belongs to
 * one thread.
 */
public final class Claim {
  private final JobLog log;
  private final int epoch;
  private final BooleanSupplier locked;
  private final BooleanSupplier stopping;

  /**
   * @param epoch the one that this worker wrote. It is not always the log's last: where the answer
   *     of the append was lost, another may have claimed the job before the log was read.
   * @param locked whether the broker's lock, under which the claim was made, is still held
   * @param stopping whether this worker is asked to let go
   */
  public Claim(JobLog log, int epoch, BooleanSupplier locked, BooleanSupplier stopping) {
    this.log = log;
    this.epoch = epoch;
    this.locked = locked;
    this.stopping = stopping;
  }

  public JobLog log() {
    return log;
  }

  public JobState state() {
    return log.state();
  }

  public int epoch() {
    return epoch;
  }

  /**
   * Writes what this worker did. A step that was in flight when the lock went, or when somebody
   * asked to cancel, is still written: it happened.
   *
   * @throws Halt when the job is another's by now, or over
   */
  public void append(Entry... entries) {
    do {
      stillMine();
    } while (!log.append(entries));
  }

  /**
   * Before anything new is begun.
   *
   * @throws Halt when nothing new may begin
   */
  public void mayBegin() {
    stillMine();
    if (!locked.getAsBoolean()) {
      throw new Halt(Halt.Why.LOCK_LOST);
    }
    if (state().cancelRequested()) {
      throw new Halt(Halt.Why.CANCELED);
    }
    if (stopping.getAsBoolean()) {
      throw new Halt(Halt.Why.STOPPING);
    }
  }

  /**
   * While a call is in flight: reads the log on.
   *
   * @throws Halt when the call is in vain. A lost lock or a stop is no reason to give up a call
   *     that is under way; its step may still be written.
   */
  public void lookWhileWaiting() {
    log.refresh();
    stillMine();
    if (state().cancelRequested()) {
      throw new Halt(Halt.Why.CANCELED);
    }
  }

  private void stillMine() {
    if (state().ended().isPresent()) {
      throw new Halt(Halt.Why.ENDED);
    }
    // what a later version wrote may well be its claim
    if (state().attempts().epoch() > epoch || log.newer().isPresent()) {
      throw new Halt(Halt.Why.FENCED);
    }
  }
}
