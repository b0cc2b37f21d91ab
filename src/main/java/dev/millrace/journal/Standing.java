package dev.millrace.journal;

import dev.millrace.job.JobId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** How things stand in a conversation, by the entries that it was told. */
final class Standing {
  private final SequencedSet<String> unfinished = new LinkedHashSet<>();

  /** Of the unfinished ones, those that were in line before the last reset. */
  private final SequencedSet<String> early = new LinkedHashSet<>();

  private ConversationEntry.@Nullable Begun begun;
  private boolean closed;
  private int resets;
  private int turns;

  void tell(ConversationEntry entry) {
    switch (entry) {
      case ConversationEntry.Begun first -> begun = begun == null ? first : begun;
      case ConversationEntry.Queued(String job) -> unfinished.add(job);
      case ConversationEntry.Turn turn -> {
        unfinished.remove(turn.jobId());
        early.remove(turn.jobId());
        turns++;
      }
      case ConversationEntry.Summary summary -> {}
      case ConversationEntry.Reset reset -> {
        early.addAll(unfinished);
        resets++;
      }
      case ConversationEntry.Closed end -> closed = true;
      case ConversationEntry.Snapshot snapshot -> {
        unfinished.clear();
        unfinished.addAll(snapshot.unfinished());
        early.clear();
        early.addAll(Objects.requireNonNullElse(snapshot.early(), List.of()));
        begun = snapshot.begun();
        resets = Objects.requireNonNullElse(snapshot.resets(), 0);
        turns = snapshot.turns();
      }
    }
  }

  /** How things will stand after some more entries, in short. */
  ConversationEntry.Snapshot after(long historyFrom, ConversationEntry... entries) {
    var then = new Standing();
    then.tell(snapshot(historyFrom));
    for (var entry : entries) {
      then.tell(entry);
    }
    return then.snapshot(historyFrom);
  }

  private ConversationEntry.Snapshot snapshot(long historyFrom) {
    return new ConversationEntry.Snapshot(
        List.copyOf(unfinished),
        turns,
        historyFrom,
        begun,
        resets == 0 ? null : resets,
        early.isEmpty() ? null : List.copyOf(early));
  }

  boolean unfinished(JobId job) {
    return unfinished.contains(job.value());
  }

  boolean early(JobId job) {
    return early.contains(job.value());
  }

  Optional<String> head() {
    return unfinished.isEmpty() ? Optional.empty() : Optional.of(unfinished.getFirst());
  }

  int inLine() {
    return unfinished.size();
  }

  Optional<ConversationEntry.Begun> begun() {
    return Optional.ofNullable(begun);
  }

  boolean closed() {
    return closed;
  }

  int resets() {
    return resets;
  }

  int turns() {
    return turns;
  }
}
