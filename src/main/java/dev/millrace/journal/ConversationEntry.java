package dev.millrace.journal;

import dev.millrace.job.Message;
import dev.millrace.job.Usage;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a conversation's log can say. */
public sealed interface ConversationEntry {

  /**
   * Whose conversation this is, and what its owner calls it.
   *
   * @param at which also tells it from one of the same name that was deleted before
   */
  @Serdeable
  record Begun(String owner, String name, Instant at) implements ConversationEntry {}

  /** A job has its place in line. */
  @Serdeable
  record Queued(String jobId) implements ConversationEntry {}

  /** A job is over; these messages are its part of the history. */
  @Serdeable
  record Turn(
      String jobId, List<Message> messages, Usage usage, @Nullable Map<String, Object> modelState)
      implements ConversationEntry {
    public Turn {
      messages = List.copyOf(messages);
    }
  }

  /**
   * Everything before is told by this text.
   *
   * @param upTo how many turns there had been
   * @param jobs the turns since the last reset, the latest of them: their files and their code may
   *     still be in the code session; absent in what earlier versions wrote
   */
  @Serdeable
  record Summary(int upTo, String text, @Nullable List<String> jobs) implements ConversationEntry {
    public Summary {
      jobs = jobs == null ? List.of() : List.copyOf(jobs);
    }
  }

  /** Everything before is forgotten. */
  @Serdeable
  record Reset(String by) implements ConversationEntry {}

  /** All of it is deleted; what still lies there is only what has not been removed yet. */
  @Serdeable
  record Closed(String by) implements ConversationEntry {}

  /**
   * Where the line stands, so that nobody reads from the beginning.
   *
   * @param unfinished the jobs that have a place in line and no turn yet, in order
   * @param turns how many turns there have been
   * @param historyFrom the position in the log where the history in force begins
   * @param begun absent where it is not known
   * @param resets how many there have been; absent for none
   * @param early which of the unfinished jobs were in line before the last reset; absent for none
   */
  @Serdeable
  record Snapshot(
      List<String> unfinished,
      int turns,
      long historyFrom,
      @Nullable Begun begun,
      @Nullable Integer resets,
      @Nullable List<String> early)
      implements ConversationEntry {
    public Snapshot {
      unfinished = List.copyOf(unfinished);
      early = early == null ? null : List.copyOf(early);
    }
  }
}
