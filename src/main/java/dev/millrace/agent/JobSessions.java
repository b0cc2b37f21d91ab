package dev.millrace.agent;

import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.JobState;
import dev.millrace.session.CodeSession;
import dev.millrace.session.SessionPool;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code sessions of jobs: one for each conversation, one for each job without one. */
public final class JobSessions {
  private static final Logger log = LoggerFactory.getLogger(JobSessions.class);

  private final SessionPool pool;

  public JobSessions(SessionPool pool) {
    this.pool = pool;
  }

  public CodeSession of(JobRef job, JobState state) {
    String name = Objects.requireNonNullElse(state.request().sessionId(), job.id().value());
    return pool.session(new SessionPool.Holder(state.owner(), state.request().agent(), name));
  }

  /** Ends the session of a job, if it can be done now; pools end idle sessions by themselves. */
  public void release(JobRef job, JobState state) {
    try {
      of(job, state).release();
    } catch (Unavailable e) {
      log.atInfo().setCause(e).addKeyValue("job", job).log("session left to the pool to end");
    }
  }
}
