package dev.millrace.journal;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.Message;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
  private final ConversationRef conversation;
  private final int generation;
  private final String owner;
  private final Log<ConversationEntry> log;
  private final Standing standing = new Standing();
  private boolean exists;
  private long historyFrom;
  private int sinceSnapshot;
  private int lineAtSnapshot;

  ConversationLog(Journal journal, ConversationRef conversation, int generation) {
    this.storage = journal.storage();
    this.journal = journal;
    this.conversation = conversation;
    this.generation = generation;
    this.owner = Layout.conversation(conversation, generation);
    this.log = journal.log(owner, journal.conversationEntries(), this::fold);
    log.seek(lastSnapshot());
    refresh();
  }

  /** The position of the last snapshot, found by reading ever larger pieces of the end. */
  private long lastSnapshot() {
    var stat = storage.stat(Layout.log(owner));
    exists = stat.isPresent();
    long length = stat.map(Storage.Stat::length).orElse(0L);
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
    standing.tell(line.entry());
    sinceSnapshot++;
    if (line.entry() instanceof ConversationEntry.Snapshot snapshot) {
      historyFrom = snapshot.historyFrom();
      sinceSnapshot = 0;
      lineAtSnapshot = standing.inLine();
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

  /** Whose it is and what it is called; absent as long as nobody has said so. */
  public Optional<ConversationEntry.Begun> begun() {
    return standing.begun();
  }

  /** Whether it was deleted, and only waits for what is left to be removed. */
  public boolean closed() {
    return standing.closed();
  }

  /** Whether it has begun, and was not deleted. */
  public boolean lives() {
    return log.position() > 0 && !closed();
  }

  String owner() {
    return owner;
  }

  /** How far it has been read. */
  public long position() {
    return log.position();
  }

  /** Whether a job has its place in line and no turn yet. */
  public boolean unfinished(JobId job) {
    return standing.unfinished(job);
  }

  /** How many jobs have. */
  public int inLine() {
    return standing.inLine();
  }

  /** The job whose turn it is. */
  public Optional<JobId> head() {
    return standing.head().map(JobId::new);
  }

  /** Whether everything was forgotten while a job had its place in line. */
  public boolean resetUnder(JobId job) {
    return standing.early(job);
  }

  /** How many turns there have been. */
  public int turns() {
    return standing.turns();
  }

  /**
   * Whether a job ever had a place in line, as far as this log has been read. It reads the whole
   * log: ask only where the unfinished ones cannot tell.
   */
  public boolean everQueued(JobId job) {
    return lines(0).stream()
        .anyMatch(
            line ->
                line.entry() instanceof ConversationEntry.Queued(String queued)
                    && queued.equals(job.value()));
  }

  /** What the next turn builds on, as far as this log has been read. */
  public ConversationPast past() {
    var entries = lines(historyFrom).stream().map(Line::entry).toList();
    return ConversationPast.of(entries, life(), generation);
  }

  private List<Line<ConversationEntry>> lines(long from) {
    byte[] all = Log.bytes(storage, Layout.log(owner), from);
    byte[] known = Arrays.copyOf(all, (int) Math.min(all.length, log.position() - from));
    var reading = journal.conversationEntries().read(storage, owner, known);
    if (reading.newer() != null) {
      leave(reading.newer());
    }
    return reading.lines();
  }

  /** Its name for the code session: the same name after a deletion is not the same conversation. */
  public String life() {
    return begun().map(first -> first.at().toEpochMilli() + "." + standing.resets()).orElse("");
  }

  /** One turn, as it was said. */
  public record Said(JobId job, Instant at, List<Message> messages, Usage usage) {}

  /** What was said since the last reset, also what is only told in short by now. Reads it all. */
  public List<Said> said() {
    var said = new ArrayList<Said>();
    for (var line : lines(0)) {
      if (line.entry() instanceof ConversationEntry.Turn turn) {
        said.add(new Said(new JobId(turn.jobId()), line.at(), turn.messages(), turn.usage()));
      } else if (line.entry() instanceof ConversationEntry.Reset) {
        said.clear();
      }
    }
    return said;
  }

  /** Answers whether the entries are in the log. If not, somebody wrote first: look again. */
  public boolean append(ConversationEntry... entries) {
    if (closed()) {
      throw new Unavailable("the conversation was deleted meanwhile");
    }
    var all = new ArrayList<>(List.of(entries));
    // a snapshot writes the whole line: the longer it was, the rarer they come
    boolean begins = beginsHistory(entries);
    if (!closes(entries) // who begins to read at a snapshot sees what stands behind it
        && (begins
            || sinceSnapshot + entries.length >= Math.max(ENTRIES_PER_SNAPSHOT, lineAtSnapshot))) {
      all.add(standing.after(begins ? log.position() : historyFrom, entries));
    }
    if (!exists) {
      begin();
    }
    long before = log.position();
    boolean written = log.append(all);
    if (!written && log.position() == before) {
      throw new Unavailable("the conversation was deleted meanwhile");
    }
    return written;
  }

  /** Who comes too late may find the place of a deleted conversation free, and leaves it so. */
  private void begin() {
    storage.create(Layout.log(owner));
    exists = true;
    if (journal.generation(conversation) > generation) {
      remove();
      throw new Unavailable("the conversation was deleted meanwhile");
    }
  }

  /**
   * Removes what is left of a deleted conversation, its files with it. Safe to repeat, however
   * late: nobody comes to this place again.
   */
  public void remove() {
    storage.putIfAbsent(
        Layout.grave(conversation, generation), InputStream.nullInputStream(), 0); // first of all
    storage.deleteAll(Layout.files(owner)); // the log says what is left
    storage.deleteAll(owner);
  }

  private static boolean closes(ConversationEntry... entries) {
    return Stream.of(entries).anyMatch(ConversationEntry.Closed.class::isInstance);
  }

  /** What stands before is not read again; the snapshot is what tells where that is. */
  private static boolean beginsHistory(ConversationEntry... entries) {
    return Stream.of(entries)
        .anyMatch(
            entry ->
                entry instanceof ConversationEntry.Summary
                    || entry instanceof ConversationEntry.Reset);
  }
}
