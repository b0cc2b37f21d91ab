package dev.millrace.worker.sim;

import dev.millrace.job.JobRef;
import dev.millrace.job.Message;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Lines;
import dev.millrace.storage.Layout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds a whole history against the invariants; answers everything that is broken. */
final class Checker {
  private final World world;
  private final List<String> broken = new ArrayList<>();
  private final Map<JobRef, List<Lines.At<Entry>>> logs = new LinkedHashMap<>();

  Checker(World world) {
    this.world = world;
  }

  /** Some more than an outage takes that lasts as long as it may. */
  private static final int MOST_RELEASES = 40;

  List<String> check() {
    for (String name : world.store.names("jobs/")) {
      if (name.endsWith("/log")) {
        String[] parts = name.split("/");
        var job = new JobRef(parts[1], new dev.millrace.job.JobId(parts[2]));
        var lines = Lines.job(world.store.bytes(name));
        if (!lines.isEmpty()) {
          logs.put(job, lines);
        }
      }
    }
    everythingComesToAnEnd();
    logs.forEach(this::oneEnd);
    logs.forEach(this::fenced);
    logs.forEach(this::stepsInOrder);
    logs.forEach(this::published);
    logs.forEach(this::filesAreThere);
    logs.forEach(this::publicationNoted);
    logs.forEach(this::notBeforeItsTime);
    logs.forEach(this::repetitionsTold);
    nothingPublishedUntold();
    conflictsTold();
    sessionsReleased();
    callsNotRepeated();
    poisonOnlyWherePoisonIs();
    conversations();
    world.history.canceled.forEach(this::canceled);
    return broken;
  }

  private void wrong(String invariant, Object about, String what) {
    broken.add(invariant + " " + about + ": " + what);
  }

  /** I1: what was accepted has ended, and nothing points anywhere any more. */
  private void everythingComesToAnEnd() {
    world.history.accepted.forEach(
        (job, name) -> {
          boolean ended =
              logs.getOrDefault(job, List.of()).stream()
                  .anyMatch(line -> line.entry() instanceof Entry.Ended);
          if (!ended) {
            wrong("I1", job, name + " was accepted and never ended");
          }
        });
    for (String open : world.store.names("open/")) {
      var ended =
          Layout.opened(open).filter(job -> ended(logs.getOrDefault(job, List.of())).isPresent());
      if (world.sweeping
          || ended.isEmpty()) { // who dies over the last entry leaves it to a sweeper
        wrong("I1", open, "still open");
      }
    }
    for (var held : world.broker.queue()) {
      wrong("I1", held.message.identity(), "still in the queue");
    }
  }

  /** I1: after the first end nothing changes it, and nobody claims or works. */
  private void oneEnd(JobRef job, List<Lines.At<Entry>> log) {
    long submitted = log.stream().filter(line -> line.entry() instanceof Entry.Submitted).count();
    log.stream()
        .dropWhile(line -> !(line.entry() instanceof Entry.Ended))
        .skip(1)
        .filter(line -> !(line.entry() instanceof Entry.Published))
        .filter(line -> !(line.entry() instanceof Entry.Enqueued))
        .forEach(line -> wrong("I1", job, "after its end: " + line.entry()));
    if (submitted != 1 || !(log.getFirst().entry() instanceof Entry.Submitted)) {
      wrong("I7", job, "submitted " + submitted + " times");
    }
  }

  /** I5: between two claims only the claim's own delivery writes steps. */
  private void fenced(JobRef job, List<Lines.At<Entry>> log) {
    var writers = new HashMap<Long, String>();
    for (var write : world.store.written()) {
      if (write.name().equals("jobs/" + job.tenant() + "/" + job.id() + "/log")) {
        writers.put(write.from(), write.writer());
      }
    }
    String holder = null;
    String writer = null;
    int epoch = 0;
    for (var line : log) {
      writer = writers.getOrDefault(line.position(), writer);
      switch (line.entry()) {
        case Entry.Claimed claim -> {
          if (claim.epoch() != epoch + 1) {
            wrong("I5", job, "epoch " + claim.epoch() + " after " + epoch);
          }
          epoch = claim.epoch();
          holder = writer;
        }
        case Entry.ModelDone done -> mine(job, holder, writer, "a model's answer");
        case Entry.ToolIntent intent -> mine(job, holder, writer, "an intent");
        case Entry.ToolDone done -> mine(job, holder, writer, "a tool's outcome");
        case Entry.Released released -> {
          mine(job, holder, writer, "a release");
          holder = null;
        }
        case Entry.Ended ended -> notOverTheHead(job, holder, writer);
        default -> {}
      }
    }
  }

  /** I8: a client does not end what somebody works on; whoever works on it keeps what it found. */
  private void notOverTheHead(JobRef job, String holder, String writer) {
    if (holder != null && writer != null && writer.startsWith("client")) {
      wrong("I8", job, "ended by " + writer + " while " + holder + " works on it");
    }
  }

  private void mine(JobRef job, String holder, String writer, String what) {
    if (writer == null || !writer.equals(holder)) {
      wrong("I5", job, what + " by " + writer + " while " + holder + " holds the claim");
    }
  }

  /** I3, as the log shows it: each step once, in order, each tool announced before it ran. */
  private void stepsInOrder(JobRef job, List<Lines.At<Entry>> log) {
    int next = 1;
    var announced = new HashSet<Integer>();
    for (var line : log) {
      switch (line.entry()) {
        case Entry.ModelDone done -> next = follows(job, done.step(), next);
        case Entry.ToolIntent intent -> announced.add(intent.step());
        case Entry.ToolDone done -> {
          if (!announced.contains(done.step())) {
            wrong("I3", job, "step " + done.step() + " ran unannounced");
          }
          next = follows(job, done.step(), next);
        }
        default -> {}
      }
    }
  }

  private int follows(JobRef job, int step, int expected) {
    if (step != expected) {
      wrong("I3", job, "step " + step + " where " + expected + " belongs");
    }
    return expected + 1;
  }

  /** I2: every target that exists has the result, and all copies are the log's own bytes. */
  private void published(JobRef job, List<Lines.At<Entry>> log) {
    for (var line : log) {
      if (line.entry() instanceof Entry.Ended ended) {
        for (var out : ended.outbox()) {
          var copies =
              world.broker.published().stream()
                  .filter(p -> p.message().messageId().equals(out.messageId()))
                  .filter(p -> p.target().equals(out.target()))
                  .toList();
          if (copies.isEmpty() && !out.target().equals("nowhere")) {
            wrong("I2", job, "never published to " + out.target());
          }
          if (copies.stream().anyMatch(p -> !p.message().body().equals(ended.result()))) {
            wrong("I2", job, "published with other bytes than its end");
          }
        }
        return;
      }
    }
  }

  /** I2: nothing is published of which no log tells. */
  private void nothingPublishedUntold() {
    var ids =
        logs.values().stream()
            .flatMap(List::stream)
            .map(Lines.At::entry)
            .filter(Entry.Ended.class::isInstance)
            .flatMap(e -> ((Entry.Ended) e).outbox().stream())
            .map(Entry.Outbox::messageId)
            .collect(Collectors.toSet());
    for (var message : world.broker.published()) {
      String id = message.message().messageId();
      if (!ids.contains(id) && !id.contains("/conflict/")) {
        wrong("I2", id, "published without an end");
      }
    }
  }

  /** The log says of every target that it has the result, or never will. */
  private void publicationNoted(JobRef job, List<Lines.At<Entry>> log) {
    var noted =
        log.stream()
            .map(Lines.At::entry)
            .filter(Entry.Published.class::isInstance)
            .map(e -> ((Entry.Published) e).target())
            .toList();
    ended(log)
        .ifPresent(
            end ->
                end.outbox().stream()
                    .filter(out -> !noted.contains(out.target()))
                    .forEach(out -> wrong("I2", job, "no note of " + out.target())));
  }

  /** A released job is not claimed before its time, as far as clocks agree. */
  private void notBeforeItsTime(JobRef job, List<Lines.At<Entry>> log) {
    if (world.skewing) {
      return;
    }
    var times = new HashMap<Long, Long>();
    world.store.written().stream()
        .filter(write -> write.name().equals("jobs/" + job.tenant() + "/" + job.id() + "/log"))
        .forEach(write -> times.put(write.from(), write.at()));
    Instant earliest = Instant.MIN;
    for (var line : log) {
      if (line.entry() instanceof Entry.Released released) {
        earliest = released.notBefore();
      } else if (line.entry() instanceof Entry.Claimed
          && times.containsKey(line.position())
          && Sim.EPOCH.plusMillis(times.get(line.position())).isBefore(earliest)) {
        wrong("RELEASE", job, "claimed before " + earliest);
      }
    }
  }

  /** I3: a model that was asked twice for what is one step in the log: the result tells of it. */
  private void repetitionsTold(JobRef job, List<Lines.At<Entry>> log) {
    var end = ended(log);
    if (end.isEmpty() || end.get().stopReason() != StopReason.ANSWERED) {
      return; // a call cut short by a cancel or a deadline repeats nothing
    }
    String name =
        Script.parse(((Entry.Submitted) log.getFirst().entry()).request().message()).name();
    long answered =
        world.history.modelCalls.stream().filter(c -> c.job.equals(name) && c.answered).count();
    long steps = log.stream().filter(line -> line.entry() instanceof Entry.ModelDone).count();
    if (answered > steps
        && !end.get().result().matches(".*\"repeated\":\\{\"modelTurns\":[1-9].*")) {
      wrong("I3", job, answered + " answers for " + steps + " steps, and the result says nothing");
    }
  }

  /** F10: who sends another body under an id that is taken hears of it. */
  private void conflictsTold() {
    for (JobRef job : world.history.conflicting) {
      boolean told =
          world.broker.published().stream()
              .anyMatch(p -> p.message().messageId().startsWith(job.id() + "/conflict/"));
      if (!told) {
        wrong("F10", job, "the second body was never answered");
      }
    }
  }

  /** A job without a conversation leaves no session behind. */
  private void sessionsReleased() {
    world.tools.forgotten().stream()
        .filter(holder -> !holder.name().startsWith("talk"))
        .forEach(holder -> wrong("SESSION", holder.name(), "never released"));
  }

  private static Optional<Entry.Ended> ended(List<Lines.At<Entry>> log) {
    return log.stream()
        .map(Lines.At::entry)
        .filter(Entry.Ended.class::isInstance)
        .map(Entry.Ended.class::cast)
        .findFirst();
  }

  /** I4: what a log names is in the store, whole. */
  private void filesAreThere(JobRef job, List<Lines.At<Entry>> log) {
    for (var line : log) {
      if (line.entry() instanceof Entry.ToolDone done) {
        for (var file : done.artifacts()) {
          boolean whole =
              world.store.names(file.blob()).contains(file.blob())
                  && dev.millrace.job.Digest.sha256(world.store.bytes(file.blob()))
                      .equals(file.sha256());
          if (!whole) {
            wrong("I4", job, file.name() + " is not in the store as the log has it");
          }
        }
      }
    }
  }

  /** I3: a call is made again only when something befell the delivery that made it first. */
  private void callsNotRepeated() {
    var byCall = new LinkedHashMap<String, List<History.Call>>();
    for (var call : world.history.modelCalls) {
      byCall.computeIfAbsent(call.job + " " + call.what, k -> new ArrayList<>()).add(call);
    }
    for (var run : world.history.toolRuns) {
      byCall.computeIfAbsent(run.job + " " + run.what, k -> new ArrayList<>()).add(run);
    }
    byCall.forEach(
        (what, calls) -> {
          var undisturbed =
              calls.stream()
                  .filter(call -> !world.faults.excused(call.delivery, call.began))
                  .map(call -> call.delivery)
                  .toList();
          if (undisturbed.size() > 1) {
            wrong("I3", what, "made again, though nothing befell " + undisturbed);
          }
        });
    Map<String, String> announcers = announcers();
    for (var runs : byCall.entrySet()) {
      if (runs.getKey().endsWith(" mail")
          && runs.getValue().stream()
              .filter(run -> run.answered)
              .skip(1)
              .anyMatch(run -> !run.delivery.startsWith(announcers.get(run.job)))) {
        wrong("I3", runs.getKey(), "acted twice, though its outcome could be found");
      }
    }
  }

  /**
   * Who announced each call, and so makes it without looking. One that stood still just then makes
   * it late, when somebody else has made it already: that is the one call that was in flight.
   */
  private Map<String, String> announcers() {
    var announcers = new HashMap<String, String>();
    for (var log : logs.values()) {
      String holder = "";
      for (var line : log) {
        if (line.entry() instanceof Entry.Claimed claim) {
          holder = claim.worker() + " #" + claim.sequenceNumber() + "/";
        } else if (line.entry() instanceof Entry.ToolIntent intent) {
          announcers.put(intent.executionId(), holder);
        }
      }
    }
    return announcers;
  }

  /**
   * I9: only a job that kills is poison, and it kills no more than one shared and three lone
   * claims.
   */
  private void poisonOnlyWherePoisonIs() {
    logs.forEach(
        (job, log) -> {
          for (var line : log) {
            if (line.entry() instanceof Entry.Ended ended
                && ended.stopReason() == StopReason.POISON
                && !killing(log)
                && deathsAlone(log) < 3) {
              wrong("I9", job, "called poison without three deaths alone");
            }
          }
          aloneAfterADeath(job, log);
          notOverAndOver(job, log);
        });
  }

  private void aloneAfterADeath(JobRef job, List<Lines.At<Entry>> log) {
    boolean barren = false;
    boolean suspect = false;
    for (var line : log) {
      switch (line.entry()) {
        case Entry.Claimed claim -> {
          suspect |= barren;
          if (suspect && !claim.alone()) {
            wrong("I9", job, "beside others, though a claim had come to nothing: " + claim);
          }
          barren = true;
        }
        case Entry.Released released -> barren = false;
        case Entry.ModelDone done -> barren = suspect = false;
        case Entry.ToolDone done -> barren = suspect = false;
        default -> {}
      }
    }
  }

  /** I10: an outage is waited for with growing patience, whatever the worker's clock says. */
  private void notOverAndOver(JobRef job, List<Lines.At<Entry>> log) {
    int releases = 0;
    for (var line : log) {
      switch (line.entry()) {
        case Entry.Released released -> releases++;
        case Entry.ModelDone done -> releases = 0;
        case Entry.ToolDone done -> releases = 0;
        default -> {}
      }
      if (releases > MOST_RELEASES) {
        wrong("I10", job, "released again and again");
        return;
      }
    }
  }

  private static boolean killing(List<Lines.At<Entry>> log) {
    return log.getFirst().entry() instanceof Entry.Submitted submitted
        && Script.parse(submitted.request().message()).poison();
  }

  private static int deathsAlone(List<Lines.At<Entry>> log) {
    int deaths = 0;
    boolean lone = false;
    for (var line : log) {
      switch (line.entry()) {
        case Entry.Claimed claim -> {
          deaths += lone ? 1 : 0;
          lone = claim.alone();
        }
        case Entry.Released released -> lone = false;
        case Entry.ModelDone done -> lone = false;
        case Entry.ToolDone done -> lone = false;
        case Entry.Ended ended -> deaths += lone ? 1 : 0;
        default -> {}
      }
    }
    return deaths;
  }

  /** I6. */
  private void conversations() {
    for (String name : world.store.names("conversations/")) {
      if (name.endsWith("/log")) {
        conversation(name, Lines.conversation(world.store.bytes(name)));
      }
    }
  }

  private void conversation(String name, List<Lines.At<ConversationEntry>> log) {
    var queued = new ArrayList<String>();
    var turns = new ArrayList<String>();
    var said = new ArrayList<String>();
    for (var line : log) {
      switch (line.entry()) {
        case ConversationEntry.Queued(String job) -> queued.add(job);
        case ConversationEntry.Turn turn -> {
          turns.add(turn.jobId());
          if (!turn.messages().isEmpty()) {
            inLine(name, turn, queued, turns);
            builtOn(name, turn, said);
            said.add(Script.parse(turn.messages().getFirst().text()).name());
          }
        }
        default -> {}
      }
    }
    if (new HashSet<>(queued).size() != queued.size()
        || new HashSet<>(turns).size() != turns.size()) {
      wrong("I6", name, "a job has two places or two turns: " + queued + " " + turns);
    }
    if (!Set.copyOf(queued).equals(Set.copyOf(turns))) {
      wrong("I6", name, "places " + queued + " but turns " + turns);
    }
  }

  private void inLine(
      String name, ConversationEntry.Turn turn, List<String> queued, List<String> turns) {
    var before = queued.subList(0, Math.max(0, queued.indexOf(turn.jobId())));
    if (!turns.containsAll(before)) {
      wrong("I6", name, turn.jobId() + " before its elders");
    }
  }

  private void builtOn(String name, ConversationEntry.Turn turn, List<String> said) {
    Message last = turn.messages().getLast();
    if (last.text().contains(" done after ") && !last.text().endsWith("done after " + said)) {
      wrong("I6", name, "«" + last.text() + "» though before it came " + said);
    }
  }

  /** I8: a job whose cancel was acknowledged is canceled, or had its result by then. */
  private void canceled(JobRef job) {
    logs.getOrDefault(job, List.of()).stream()
        .map(Lines.At::entry)
        .filter(Entry.Ended.class::isInstance)
        .map(e -> ((Entry.Ended) e).status())
        .findFirst()
        .filter(status -> status == Status.QUEUED || status == Status.RUNNING)
        .ifPresent(status -> wrong("I8", job, "neither canceled nor done: " + status));
  }
}
