package dev.millrace.intake;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.artifact.Artifacts;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Usage;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Lines;
import dev.millrace.journal.Marks;
import dev.millrace.storage.Layout;
import dev.millrace.storage.MemoryStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A conversation whose second turn was told the first one in short. */
public final class SummaryScene {
  static final Owner ALICE = new Owner("default", "alice");
  static final String NAME = "sales talk";
  static final Secret SECRET = new Secret(new byte[16]);
  static final ConversationRef TALK = ConversationRef.of(SECRET, ALICE, "analyst", NAME);
  private static final String LOG = Layout.log(Layout.conversation(TALK, 0));

  final List<String> broken = new ArrayList<>();

  /** Happens just before somebody next writes to the conversation. */
  Runnable before = () -> {};

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = watched();
  final Journal journal = new Journal(storage, Json.MAPPER, clock, new Marks("r"));
  final Index index = new Index(storage);
  private final Results results =
      new Results(Json.MAPPER, new Artifacts(storage), clock, "results");
  final Conversations conversations = new Conversations(journal, index, results, clock);

  final Histories histories =
      new Histories(journal, index, SECRET, (owner, agent, name, life) -> {});

  private MemoryStorage watched() {
    return new MemoryStorage(clock) {
      @Override
      public synchronized Append append(String name, long position, byte[] bytes) {
        if (name.equals(LOG)) {
          Runnable first = before;
          before = () -> {};
          first.run();
        }
        Append answer = super.append(name, position, bytes);
        if (name.equals(LOG)) {
          look();
        }
        return answer;
      }
    };
  }

  /** A worker may die between any two writes; whoever reads then must find all of it or nothing. */
  private void look() {
    boolean summary = said().stream().anyMatch(ConversationEntry.Summary.class::isInstance);
    boolean turn =
        said().stream()
            .anyMatch(
                entry ->
                    entry instanceof ConversationEntry.Turn one && one.jobId().equals("second"));
    if (summary != turn) {
      broken.add(summary ? "a summary without its turn" : "a turn without its summary");
    }
  }

  /** What went otherwise than it should. */
  public static List<String> broken() {
    var scene = new SummaryScene();
    scene.first();
    scene.end(scene.second());
    var broken = new ArrayList<>(scene.broken);
    broken.addAll(brokenByReset());
    return broken;
  }

  /** All is forgotten while the second turn runs. */
  private static List<String> brokenByReset() {
    var scene = new SummaryScene();
    scene.first();
    JobLog second = scene.second();
    scene.histories.reset(ALICE, "analyst", NAME);
    scene.end(second);
    var past = scene.journal.conversation(TALK).past();
    return past.messages().size() == 2 && past.modelState() == null
        ? List.of()
        : List.of("what was reset came back: " + past);
  }

  List<ConversationEntry> said() {
    return Lines.conversation(storage.bytes(LOG)).stream().map(Lines.At::entry).toList();
  }

  JobLog begun(String id) {
    var job = new JobRef("default", new JobId(id));
    JobLog log = journal.create(job);
    log.append(
        new Entry.Submitted(
            Doors.turn("Asked " + id + ".", NAME, JobRequest.WhenBusy.QUEUE),
            "hash",
            "default",
            "alice",
            TALK.key(),
            SettableClock.NOON.plus(Duration.ofHours(1)),
            Origin.HTTP,
            List.of()),
        new Entry.Claimed(1, "w", "jobs", 1, false));
    conversation(new ConversationEntry.Queued(id));
    return log;
  }

  void conversation(ConversationEntry... entries) {
    var conversation = journal.conversation(TALK);
    conversation.append(new ConversationEntry.Begun("alice", NAME, SettableClock.NOON));
    conversation.append(entries);
  }

  void answer(JobLog log, int step, String text) {
    Map<String, Object> state = Map.of("resume", text);
    var message = Message.assistant(text, List.of());
    log.append(new Entry.ModelDone(step, "m", message, Usage.NONE, state, 0, null));
  }

  void first() {
    JobLog first = begun("first");
    answer(first, 1, "One.");
    end(first);
  }

  JobLog second() {
    JobLog second = begun("second");
    second.append(new Entry.Summarized(0, "In short.", "m", Usage.NONE, 0));
    answer(second, 1, "Two.");
    return second;
  }

  void end(JobLog log) {
    log.append(results.ended(log, Ending.answered("So.")));
    conversations.turn(log);
  }
}
