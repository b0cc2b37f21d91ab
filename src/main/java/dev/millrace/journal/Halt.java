package dev.millrace.journal;

/**
 * Somebody who works on a job has to stop, and why. It is thrown from deep inside the work, through
 * whatever is under way, and only the worker catches it.
 */
public final class Halt extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What the worker makes its next move by. */
  public enum Why {
    /** Another worker has claimed the job. No side effect is allowed from here on. */
    FENCED,
    /** The job is over. */
    ENDED,
    /** The broker may have given the message to somebody else. */
    LOCK_LOST,
    /** Somebody asked to cancel. */
    CANCELED,
    /** The deadline has passed. */
    OVERDUE,
    /** This worker is asked to let go. */
    STOPPING,
    /** The model cannot be reached. */
    NO_MODEL,
    /** The pool of sessions, or a tool's host, cannot be reached. */
    NO_SESSION
  }

  private final Why why;

  public Halt(Why why) {
    this(why, null);
  }

  public Halt(Why why, @org.jspecify.annotations.Nullable Throwable cause) {
    super(why.name(), cause, false, false);
    this.why = why;
  }

  public Why why() {
    return why;
  }
}
