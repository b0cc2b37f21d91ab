package dev.millrace.journal;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.Message;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The log of one conversation: whose turn it is, and what was said. Belongs to one thread.
 *
 * <p>A job is unfinished from its {@code Queued} to its {@code Turn}; the lowest unfinished one is
 * the head. Opening a log reads from its last snapshot on, however long the log is.
 */
public final class ConversationLog {
  private static final int ENTRIES_PER_SNAPSHOT = 64;
  private static final int FIRST_WINDOW = 64 << 10;

  private final Storage storage;
  private final Journal journal;
  private final String owner;
  private final Log<ConversationEntry> log;
  private final SequencedSet<String> unfinished = new LinkedHashSet<>();
  private int turns;
  private long historyFrom;
  private int sinceSnapshot;
  private int lineAtSnapshot;

  ConversationLog(Journal journal, ConversationRef conversation) {
    this.storage = journal.storage();
    this.journal = journal;
    this.owner = Layout.conversation(conversation);
    this.log = journal.log(owner, journal.conversationEntries(), this::fold);
    log.seek(lastSnapshot());
    refresh();
  }

  /** The position of the last snapshot, found by reading ever larger pieces of the end. */
  private long lastSnapshot() {
    var stat = storage.stat(Layout.log(owner));
    if (stat.isEmpty()) {
      storage.create(Layout.log(owner));
      return 0;
    }
    long length = stat.get().length();
    for (long window = FIRST_WINDOW; window < length; window *= 2) {
      long from = length - window;
      byte[] bytes = Log.bytes(storage, Layout.log(owner), from);
      int snapshot = journal.conversationEntries().lastOf(ConversationEntry.Snapshot.class, bytes);
      if (snapshot >= 0) {
        return from + snapshot;
      }
    }
    return 0;
  }

  private void fold(Line<ConversationEntry> line) {
    sinceSnapshot++;
    switch (line.entry()) {
      case ConversationEntry.Queued(String job) -> unfinished.add(job);
      case ConversationEntry.Turn turn -> {
        unfinished.remove(turn.jobId());
        turns++;
      }
      case ConversationEntry.Summary summary -> {}
      case ConversationEntry.Reset reset -> {}
      case ConversationEntry.Snapshot snapshot -> {
        unfinished.clear();
        unfinished.addAll(snapshot.unfinished());
        turns = snapshot.turns();
        historyFrom = snapshot.historyFrom();
        sinceSnapshot = 0;
        lineAtSnapshot = unfinished.size();
      }
    }
  }

  /**
   * Reads what others wrote since.
   *
   * @throws Unavailable when a later version wrote what this one cannot understand: nobody can tell
   *     then whose turn it is
   */
  public void refresh() {
    log.readOn();
    log.newer().ifPresent(ConversationLog::leave);
  }

  private static void leave(String newer) {
    throw new Unavailable("a later version wrote to this conversation: " + newer);
  }

  /** Whether a job has its place in line and no turn yet. */
  public boolean unfinished(JobId job) {
    return unfinished.contains(job.value());
  }

  /** The job whose turn it is. */
  public Optional<JobId> head() {
    return unfinished.isEmpty() ? Optional.empty() : Optional.of(new JobId(unfinished.getFirst()));
  }

  /** How many turns there have been. */
  public int turns() {
    return turns;
  }

  /**
   * Whether a job ever had a place in line, as far as this log has been read. It reads the whole
   * log: ask only where the unfinished ones cannot tell.
   */
  public boolean everQueued(JobId job) {
    byte[] all = Arrays.copyOf(Log.bytes(storage, Layout.log(owner), 0), (int) log.position());
    return journal.conversationEntries().read(storage, owner, all).lines().stream()
        .anyMatch(
            line ->
                line.entry() instanceof ConversationEntry.Queued(String queued)
                    && queued.equals(job.value()));
  }

  /**
   * What the next turn builds on.
   *
   * @param messages what was said since the last reset, in order
   * @param modelState what the model gave with the last turn, if it did
   * @param jobs the turns since the last reset, in order: what they did in the code session counts
   */
  public record Past(
      List<Message> messages, @Nullable Map<String, Object> modelState, List<JobId> jobs) {
    public static final Past NONE = new Past(List.of(), null, List.of());

    public Past {
      messages = List.copyOf(messages);
      jobs = List.copyOf(jobs);
    }
  }

  public Past past() {
    Map<String, Object> modelState = null;
    var messages = new ArrayList<Message>();
    var jobs = new ArrayList<JobId>();
    byte[] bytes = Log.bytes(storage, Layout.log(owner), historyFrom);
    var reading = journal.conversationEntries().read(storage, owner, bytes);
    if (reading.newer() != null) {
      leave(reading.newer());
    }
    for (var line : reading.lines()) {
      switch (line.entry()) {
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
        case ConversationEntry.Queued queued -> {}
        case ConversationEntry.Snapshot snapshot -> {}
      }
    }
    return new Past(messages, modelState, jobs);
  }

  /** Answers whether the entries are in the log. If not, somebody wrote first: look again. */
  public boolean append(ConversationEntry... entries) {
    var all = new ArrayList<>(List.of(entries));
    // a snapshot writes the whole line: the longer it was, the rarer they come
    boolean begins = beginsHistory(entries);
    if (begins
        || sinceSnapshot + entries.length >= Math.max(ENTRIES_PER_SNAPSHOT, lineAtSnapshot)) {
      all.add(snapshotAfter(begins ? log.position() : historyFrom, entries));
    }
    return log.append(all);
  }

  /** What stands before is not read again; the snapshot is what tells where that is. */
  private static boolean beginsHistory(ConversationEntry... entries) {
    return Stream.of(entries)
        .anyMatch(
            entry ->
                entry instanceof ConversationEntry.Summary
                    || entry instanceof ConversationEntry.Reset);
  }

  private ConversationEntry.Snapshot snapshotAfter(long from, ConversationEntry... entries) {
    var jobs = new LinkedHashSet<>(unfinished);
    int turnsThen = turns;
    for (var entry : entries) {
      switch (entry) {
        case ConversationEntry.Queued(String job) -> jobs.add(job);
        case ConversationEntry.Turn turn -> {
          jobs.remove(turn.jobId());
          turnsThen++;
        }
        case ConversationEntry.Summary summary -> {}
        case ConversationEntry.Reset reset -> {}
        case ConversationEntry.Snapshot snapshot -> {}
      }
    }
    return new ConversationEntry.Snapshot(List.copyOf(jobs), turnsThen, from);
  }
}
