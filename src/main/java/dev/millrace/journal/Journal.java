package dev.millrace.journal;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobRef;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import io.micronaut.serde.ObjectMapper;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Opens the logs of one store. Safe for use by many threads. */
public final class Journal {
  private final Storage storage;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Supplier<String> recordIds;
  private final LogWatch watchers;
  private final Consumer<JobState> ends;
  private final LogFormat<Entry> entries;
  private final LogFormat<ConversationEntry> conversationEntries;

  /**
   * @param recordIds marks for entries, never the same twice
   */
  public Journal(
      Storage storage, ObjectMapper json, InstantSource clock, Supplier<String> recordIds) {
    this(storage, json, clock, recordIds, job -> {});
  }

  /**
   * @param ends is told each job whose end is written here: no job twice, in however many processes
   */
  public Journal(
      Storage storage,
      ObjectMapper json,
      InstantSource clock,
      Supplier<String> recordIds,
      Consumer<JobState> ends) {
    this(storage, json, clock, recordIds, ends, Alarms.real());
  }

  Journal(
      Storage storage,
      ObjectMapper json,
      InstantSource clock,
      Supplier<String> recordIds,
      Alarms alarms) {
    this(storage, json, clock, recordIds, job -> {}, alarms);
  }

  private Journal(
      Storage storage,
      ObjectMapper json,
      InstantSource clock,
      Supplier<String> recordIds,
      Consumer<JobState> ends,
      Alarms alarms) {
    this.storage = storage;
    this.json = json;
    this.clock = clock;
    this.recordIds = recordIds;
    this.watchers = new LogWatch(storage, alarms);
    this.ends = ends;
    this.entries =
        new LogFormat<>(
            json,
            List.of(
                Entry.Submitted.class,
                Entry.Enqueued.class,
                Entry.Claimed.class,
                Entry.ModelDone.class,
                Entry.Summarized.class,
                Entry.ToolIntent.class,
                Entry.ToolDone.class,
                Entry.Released.class,
                Entry.CancelRequested.class,
                Entry.Ended.class,
                Entry.Published.class));
    this.conversationEntries =
        new LogFormat<>(
            json,
            List.of(
                ConversationEntry.Begun.class,
                ConversationEntry.Queued.class,
                ConversationEntry.Turn.class,
                ConversationEntry.Summary.class,
                ConversationEntry.Reset.class,
                ConversationEntry.Closed.class,
                ConversationEntry.Snapshot.class));
  }

  /** The log of a job, read to its end; it may not exist. */
  public JobLog job(JobRef job) {
    return new JobLog(this, job).refresh();
  }

  /** The log of a new job, created if it is not there, and read to its end if it is. */
  public JobLog create(JobRef job) {
    return storage.create(Layout.log(Layout.job(job))) ? new JobLog(this, job) : job(job);
  }

  /**
   * The log of a conversation, read from its last snapshot on; the first append creates it. One
   * that was deleted is followed by another, in another place.
   */
  public ConversationLog conversation(ConversationRef conversation) {
    int generation = 0;
    while (true) {
      var log = new ConversationLog(this, conversation, generation);
      int next = log.turns() > 0 && !log.closed() ? generation : generation(conversation);
      if (next <= generation) {
        return log; // what has a turn was not begun by somebody who came too late
      }
      var last = next - 1 == generation ? log : new ConversationLog(this, conversation, next - 1);
      if (last.closed()) {
        last.remove(); // who deleted it did not come to its end
      }
      generation = next;
    }
  }

  /** How many conversations of this name were deleted. */
  int generation(ConversationRef conversation) {
    if (storage.stat(Layout.grave(conversation, 0)).isEmpty()) {
      return 0;
    }
    Storage.Page page = storage.list(Layout.graves(conversation), null, 1);
    while (page.entries().isEmpty() && page.next() != null) { // which a store may answer
      page = storage.list(Layout.graves(conversation), page.next(), 1);
    }
    return page.entries().isEmpty() ? 0 : Layout.buried(page.entries().getFirst().name()) + 1;
  }

  /** Tells the words of a job while they come; whoever follows {@link #live} hears them. */
  public LiveLog telling(JobRef job) {
    return new LiveLog(json, live(job));
  }

  /**
   * Watches the log of a job, which need not exist. Open the watch, then read the log, then wait
   * for more than was read: so nothing is missed.
   */
  public LogWatch.Watch watch(JobRef job) {
    return watchers.watch(Layout.log(Layout.job(job)));
  }

  /** The same for the log of a conversation, which is to be read on before the wait. */
  public LogWatch.Watch watch(ConversationLog conversation) {
    return watchers.watch(Layout.log(conversation.owner()));
  }

  /** The log of a job from its beginning, entry by entry. */
  public JobFeed feed(JobRef job) {
    return new JobFeed(this, job);
  }

  /** What a job says while it works, to be written or read from its beginning. */
  public Live live(JobRef job) {
    return new Live(storage, watchers, Layout.live(Layout.job(job)));
  }

  /** Forgets a job: its log and everything that lies beside it. Safe to repeat. */
  public void delete(JobRef job) {
    storage.deleteAll(Layout.job(job));
  }

  /** How many logs somebody waits for. */
  public int watched() {
    return watchers.size();
  }

  /** How many wait for them. */
  public int watches() {
    return watchers.watches();
  }

  Storage storage() {
    return storage;
  }

  Consumer<JobState> ends() {
    return ends;
  }

  LogFormat<Entry> entries() {
    return entries;
  }

  LogFormat<ConversationEntry> conversationEntries() {
    return conversationEntries;
  }

  <E> Log<E> log(String owner, LogFormat<E> format, Consumer<Line<E>> fold) {
    return new Log<>(storage, format, clock, recordIds, watchers, owner, fold);
  }
}
