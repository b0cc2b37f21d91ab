package dev.millrace.agent;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.Ending;
import dev.millrace.job.JobRef;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who wants to hear of jobs while they run. A bean of this type hears of every agent's, or
 * of those it names. It is told in a thread of its own: what it throws is logged, and while it is
 * slow it misses updates; no job ever waits for it.
 */
public interface Observer {
  /** Whether it wants to hear of this agent. */
  default boolean observes(String agent) {
    return true;
  }

  /** Some words of an answer, or some output of a tool, while it comes. */
  default void said(Job job, Update update) {}

  /**
   * How an agent has ended its work on a job. It may be told twice, by a worker that died before it
   * could write the end down and by the one that took over; the truth is the job's result.
   */
  default void ended(Job job, Ending ending) {}

  /** Which job it is about. */
  record Job(
      String agent,
      JobRef job,
      @Nullable ConversationRef conversation,
      @Nullable String correlationId) {}

  /** A piece of what is being said. */
  sealed interface Update {
    /** Words of the model. */
    record Text(int step, String delta) implements Update {}

    /**
     * Output of a tool.
     *
     * @param stream {@code stdout} or {@code stderr}
     */
    record Output(int step, String stream, String delta) implements Update {}
  }
}
