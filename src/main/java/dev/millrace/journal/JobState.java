package dev.millrace.journal;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.FileNames;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.Status;
import dev.millrace.job.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A job's log, folded. It changes only as its {@link JobLog} reads or writes. */
public final class JobState {
  private final Entry.Submitted submitted;
  private final Instant createdAt;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Entry.Published.Outcome> published = new HashMap<>();
  private final Attempts attempts = new Attempts();
  private final Strand own = new Strand();
  private final Map<String, Strand> below = new HashMap<>();
  private Entry.@Nullable Summarized summarized;
  private Usage usage = Usage.NONE;
  private int lastNumber;
  private @Nullable Instant startedAt;
  private @Nullable Instant endedAt;
  private Entry.@Nullable Ended ended;
  private boolean enqueued;
  private boolean cancelRequested;
  private final Set<String> sentInSilence = new HashSet<>();
  private int sends;

  /** The state of a job of which nothing is written yet but its submission. */
  public static JobState of(Entry.Submitted submitted, Instant at) {
    return new JobState(submitted, at);
  }

  private JobState(Entry.Submitted submitted, Instant at) {
    this.submitted = submitted;
    this.createdAt = at;
    this.enqueued = submitted.origin().via() == Origin.Via.QUEUE;
  }

  void apply(Line<Entry> line) {
    if (!(line.entry() instanceof Entry.Enqueued)) {
      sentInSilence.clear();
    }
    switch (line.entry()) {
      case Entry.Submitted
              again -> {} // only the first counts, and the log sees to it that it is alone
      case Entry.Enqueued sent -> {
        enqueued = true;
        sends++;
        sentInSilence.add(sent.messageId());
      }
      case Entry.Claimed claimed -> {
        startedAt = startedAt == null ? line.at() : startedAt;
        enqueued = true; // a claim is made under a message
        sends = 0;
        attempts.claimed(claimed, line.at(), nextIsModel());
      }
      case Entry.ModelDone done -> {
        var step =
            new Step.Model(
                done.step(),
                done.model(),
                done.message(),
                done.usage(),
                done.modelState(),
                done.seconds(),
                done.parent(),
                done.asked());
        steps.add(step);
        usage = usage.plus(done.usage());
        lastNumber = Math.max(lastNumber, done.step());
        strand(done.parent()).answered(step);
        attempts.progressed(line.at());
      }
      case Entry.Summarized done -> {
        summarized = done;
        usage = usage.plus(done.usage());
        attempts.progressed(line.at());
      }
      case Entry.ToolIntent intent -> {
        lastNumber = Math.max(lastNumber, intent.step());
        strand(intent.parent()).announced(intent, line.at());
      }
      case Entry.ToolDone done -> {
        Strand strand = strand(done.parent());
        var step =
            new Step.Tool(
                done.step(),
                done.callId(),
                done.outcome(),
                done.artifacts(),
                done.reexecuted(),
                done.parent(),
                strand.next(),
                strand.inFlight().map(Entry.ToolIntent::executionId).orElse(null),
                line.at());
        steps.add(step);
        lastNumber = Math.max(lastNumber, done.step());
        strand.called(step);
        attempts.progressed(line.at());
      }
      case Entry.Released released -> attempts.released(released, line.at(), nextIsModel());
      case Entry.CancelRequested cancel -> cancelRequested = true;
      case Entry.Ended end -> {
        if (ended == null) {
          ended = end;
          endedAt = line.at();
        }
      }
      case Entry.Published done -> published.put(done.target(), done.outcome());
    }
  }

  public Entry.Submitted submitted() {
    return submitted;
  }

  public JobRequest request() {
    return submitted.request();
  }

  public Owner owner() {
    return new Owner(submitted.tenant(), submitted.owner());
  }

  public Optional<ConversationRef> conversation() {
    return Optional.ofNullable(submitted.conversation())
        .map(key -> new ConversationRef(submitted.tenant(), request().agent(), key));
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Optional<Instant> startedAt() {
    return Optional.ofNullable(startedAt);
  }

  public Optional<Instant> endedAt() {
    return Optional.ofNullable(endedAt);
  }

  public Optional<Entry.Ended> ended() {
    return Optional.ofNullable(ended);
  }

  public Status status() {
    if (ended != null) {
      return ended.stopReason().status();
    }
    return startedAt == null ? Status.QUEUED : Status.RUNNING;
  }

  /** Whether a message that points here was ever sent, or need not be. */
  public boolean enqueued() {
    return enqueued;
  }

  /** How many messages were sent since anybody last claimed the job. */
  public int sends() {
    return sends;
  }

  /** Whether a message was sent since which nobody has written anything but of other messages. */
  public boolean sentInSilence(String messageId) {
    return sentInSilence.contains(messageId);
  }

  public boolean cancelRequested() {
    return cancelRequested;
  }

  public Attempts attempts() {
    return attempts;
  }

  /** The finished steps, in the order in which they ended. */
  public List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }

  /**
   * What one agent has done.
   *
   * @param parent the execution id of the call under which it works; null for the job's own
   */
  public Strand strand(@Nullable String parent) {
    return parent == null ? own : below.computeIfAbsent(parent, call -> new Strand());
  }

  /** What tells of all that was said before this job and up to some step, if anything does. */
  public Optional<Entry.Summarized> summarized() {
    return Optional.ofNullable(summarized);
  }

  /** The tool call that was begun and is not known to have ended. */
  public Optional<Entry.ToolIntent> inFlight() {
    return own.inFlight();
  }

  /** When that call was announced. */
  public Optional<Instant> inFlightSince() {
    return own.inFlightSince();
  }

  /** The last model answer of the job's own agent, if there has been one. */
  public Optional<Step.Model> lastAnswer() {
    return own.lastAnswer();
  }

  /** What the job's own agent has said last in words; nothing, if it has said nothing. */
  public String soFar() {
    return own.soFar();
  }

  public int nextStep() {
    return lastNumber + 1;
  }

  public Usage usage() {
    return usage;
  }

  /** How long the job has been worked on by now, waiting left out. */
  public Duration workedFor(Instant now) {
    return attempts.workedFor(now);
  }

  /** The request's files as they lie in the code session, by their names there. */
  public SequencedMap<String, InputFile> inputs() {
    var names = FileNames.besides(List.of());
    var inputs = new LinkedHashMap<String, InputFile>();
    request().files().forEach(file -> inputs.put(names.next(file.name()), file));
    return inputs;
  }

  /** What the job was asked, as the model is told it: in the role of who asked, with the files. */
  public Message asked() {
    String files = String.join(", ", inputs().keySet());
    String text = request().message() + (files.isEmpty() ? "" : "\n\nFiles in /mnt/data: " + files);
    return switch (request().role()) {
      case "system" -> Message.system(text);
      case "assistant" -> Message.assistant(text, List.of());
      default -> Message.user(text);
    };
  }

  /** The outbox entries that no target has answered for yet. */
  public List<Entry.Outbox> unpublished() {
    return ended().stream()
        .flatMap(end -> end.outbox().stream())
        .filter(out -> !published.containsKey(out.target()))
        .toList();
  }

  /** What the job's own agent and its tools have said since the last summary, in order. */
  public List<Message> said() {
    return own.said(summarized == null ? 0 : summarized.upTo());
  }

  /** Whether whoever works on it would be asking a model now. */
  private boolean nextIsModel() {
    Strand working = own;
    Optional<Strand> within = within(working);
    while (within.isPresent()) {
      working = within.get();
      within = within(working);
    }
    return working.nextIsModel();
  }

  /** The agent that was called as a tool and is at work now. */
  private Optional<Strand> within(Strand strand) {
    return strand.inFlight().map(intent -> below.get(intent.executionId()));
  }
}
