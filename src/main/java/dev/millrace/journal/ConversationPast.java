package dev.millrace.journal;

import dev.millrace.job.JobId;
import dev.millrace.job.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the next turn of a conversation builds on.
 *
 * @param messages what was said since the last reset, in order
 * @param modelState what the model gave with the last turn, if it did
 * @param jobs the turns since the last reset, in order: what they did in the code session counts
 * @param life another one after each reset: nothing of a code session outlives it
 * @param generation how often a conversation of this name was deleted before
 */
public record ConversationPast(
    List<Message> messages,
    @Nullable Map<String, Object> modelState,
    List<JobId> jobs,
    String life,
    int generation) {
  public static final ConversationPast NONE = new ConversationPast(List.of(), null, List.of());

  public ConversationPast {
    messages = List.copyOf(messages);
    jobs = List.copyOf(jobs);
  }

  public ConversationPast(
      List<Message> messages, @Nullable Map<String, Object> modelState, List<JobId> jobs) {
    this(messages, modelState, jobs, "", 0);
  }

  static ConversationPast of(List<ConversationEntry> entries, String life, int generation) {
    Map<String, Object> modelState = null;
    var messages = new ArrayList<Message>();
    var jobs = new ArrayList<JobId>();
    for (var entry : entries) {
      switch (entry) {
        case ConversationEntry.Turn turn -> {
          messages.addAll(turn.messages());
          jobs.add(new JobId(turn.jobId()));
          modelState = turn.modelState() == null ? modelState : turn.modelState();
        }
        case ConversationEntry.Summary summary -> {
          messages.clear();
          messages.add(Message.user(summary.text()));
          modelState = null;
          jobs.clear();
          Objects.requireNonNull(summary.jobs()).forEach(job -> jobs.add(new JobId(job)));
        }
        case ConversationEntry.Reset reset -> {
          messages.clear();
          jobs.clear();
          modelState = null;
        }
        case ConversationEntry.Begun first -> {}
        case ConversationEntry.Queued queued -> {}
        case ConversationEntry.Closed end -> {}
        case ConversationEntry.Snapshot snapshot -> {}
      }
    }
    return new ConversationPast(messages, modelState, jobs, life, generation);
  }
}
