package dev.millrace.session;

import dev.millrace.job.Owner;

/** Lends code sessions. Safe for use by many threads. */
public interface SessionPool {
  /** The session of this holder. It comes into being at its first use. */
  CodeSession session(Holder holder);

  /**
   * Whose a session is: one conversation's, or one job's.
   *
   * @param name the conversation's name, or the id of a job without one
   */
  record Holder(Owner owner, String agent, String name) {}
}
