package dev.millrace.agent.loop;

import dev.millrace.artifact.Artifacts;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import dev.millrace.session.CodeSession;
import dev.millrace.session.SessionPool;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The code sessions of jobs: one for each conversation, one for each job without one. Safe for use
 * by many threads.
 */
public final class JobSessions {
  private static final Logger log = LoggerFactory.getLogger(JobSessions.class);
  private static final int MOST_REMEMBERED = 2000;

  private final SessionPool pool;
  private final Journal journal;
  private final Artifacts artifacts;
  private final ReentrantLock lock = new ReentrantLock();

  /** What ended jobs have left, which never changes; so that a turn reads only the one before. */
  private final Map<JobRef, Memory.Left> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<JobRef, Memory.Left> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  public JobSessions(SessionPool pool, Journal journal, Artifacts artifacts) {
    this.pool = pool;
    this.journal = journal;
    this.artifacts = artifacts;
  }

  /** The session of a job, built again from what the logs tell if it was lost. */
  CodeSession of(JobRef job, JobState state, Memory memory) {
    return pool.session(holder(job, state, memory.life()), memory.past());
  }

  /**
   * What the session of a job holds.
   *
   * @param past what was before, whose session it is as well
   */
  Memory memory(JobRef job, JobState state, ConversationPast past) {
    return new Memory(
        past.life(),
        past.jobs().stream().map(turn -> left(new JobRef(job.tenant(), turn))).toList(),
        job,
        state,
        artifacts);
  }

  private Memory.Left left(JobRef turn) {
    Memory.Left known = known(turn);
    if (known != null) {
      return known;
    }
    JobLog read = journal.job(turn);
    Memory.Left left =
        read.exists() ? Memory.left(turn, read.state(), artifacts) : Memory.Left.NOTHING;
    lock.lock();
    try {
      remembered.put(turn, left);
    } finally {
      lock.unlock();
    }
    return left;
  }

  private Memory.@Nullable Left known(JobRef turn) {
    lock.lock();
    try {
      return remembered.get(turn);
    } finally {
      lock.unlock();
    }
  }

  private static SessionPool.Holder holder(JobRef job, JobState state, String life) {
    String name = Objects.requireNonNullElse(state.request().sessionId(), job.id().value());
    return new SessionPool.Holder(state.owner(), state.request().agent(), name, life);
  }

  /**
   * Ends the session of a job without a conversation, if it can be done now; pools end idle
   * sessions by themselves.
   */
  public void release(JobRef job, JobState state) {
    release(holder(job, state, ""));
  }

  /**
   * Ends the session of a conversation, if it can be done now.
   *
   * @param life as the conversation's log names it: no later life of it can come to this session
   */
  public void release(Owner owner, String agent, String sessionId, String life) {
    release(new SessionPool.Holder(owner, agent, sessionId, life));
  }

  private void release(SessionPool.Holder holder) {
    try {
      pool.session(holder).release();
    } catch (Unavailable e) {
      log.atInfo()
          .setCause(e)
          .addKeyValue("agent", holder.agent())
          .log("session left to the pool to end");
    }
  }
}
