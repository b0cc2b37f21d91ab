package dev.millrace.session;

import dev.millrace.job.Owner;
import dev.millrace.job.Secret;

/** Lends code sessions. Safe for use by many threads. */
public interface SessionPool {
  /**
   * The session of this holder. It comes into being at its first use.
   *
   * @param past what it has to hold already; it is built again from that if it was lost
   */
  CodeSession session(Holder holder, Past past);

  /** The session of a holder of whom nothing is known. */
  default CodeSession session(Holder holder) {
    return session(holder, Past.NONE);
  }

  /**
   * Whose a session is: one conversation's, or one job's.
   *
   * @param name the conversation's name, or the id of a job without one
   * @param life which of its lives; empty for who has but one
   */
  record Holder(Owner owner, String agent, String name, String life) {
    public Holder(Owner owner, String agent, String name) {
      this(owner, agent, name, "");
    }

    /** What opens the session, for whoever may use the pool: nobody may see or guess it. */
    public String identifier(Secret secret) {
      return secret.hash("session", owner.tenant(), owner.name(), agent, name, life);
    }
  }
}
