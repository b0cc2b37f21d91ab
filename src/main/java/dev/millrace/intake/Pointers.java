package dev.millrace.intake;

import dev.millrace.bus.JobQueue;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.Queues;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.journal.JobLog;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends pointers to jobs: to the queue that a job came from, or else to its tenant's. */
public final class Pointers {
  private final JobQueue queue;
  private final Queues queues;
  private final Supplier<String> random;

  public Pointers(JobQueue queue, Queues queues, Supplier<String> random) {
    this.queue = queue;
    this.queues = queues;
    this.random = random;
  }

  /** Sends the first pointer of a job; answers its message's id. */
  String first(JobLog log) {
    return send(log, Pointer.first(log.job()));
  }

  /** Sends a fresh pointer, for a job that nobody looks at. */
  public String again(JobLog log) {
    return send(log, Pointer.again(log.job(), random.get()));
  }

  /** Sends a pointer that may take over a claim which has been silent for too long. */
  public String redrive(JobLog log) {
    return send(log, Pointer.redrive(log.job(), random.get()));
  }

  /** Wakes the head of a job's conversation. */
  void wake(JobLog neighbour, JobId head) {
    JobRef job = new JobRef(neighbour.job().tenant(), head);
    queue.send(queueOf(neighbour), Pointer.again(job, random.get()));
  }

  /** Sends a pointer that arrives when a job may go on. */
  public void later(JobLog log, Instant notBefore) {
    var pointer = Pointer.again(log.job(), random.get()).traced(trace(log));
    queue.schedule(queueOf(log), pointer, notBefore);
  }

  private String send(JobLog log, Pointer pointer) {
    queue.send(queueOf(log), pointer.traced(trace(log)));
    return pointer.messageId();
  }

  private static @Nullable String trace(JobLog log) {
    return log.state().submitted().origin().traceparent();
  }

  private String queueOf(JobLog log) {
    String entity = log.state().submitted().origin().entity();
    return entity == null ? queues.forTenant(log.job().tenant()) : entity;
  }
}
