package dev.millrace.journal;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.Status;
import dev.millrace.job.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A job's log, folded. It changes only as its {@link JobLog} reads or writes. */
public final class JobState {
  private final Entry.Submitted submitted;
  private final Instant createdAt;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Entry.Published.Outcome> published = new HashMap<>();
  private final Attempts attempts = new Attempts();
  private Entry.@Nullable ToolIntent inFlight;
  private @Nullable Instant inFlightSince;
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
        sends = 0;
        attempts.claimed(claimed, nextIsModel());
      }
      case Entry.ModelDone done -> {
        steps.add(
            new Step.Model(
                done.step(),
                done.model(),
                done.message(),
                done.usage(),
                done.modelState(),
                done.seconds()));
        attempts.progressed();
      }
      case Entry.ToolIntent intent -> {
        inFlight = intent;
        inFlightSince = line.at();
      }
      case Entry.ToolDone done -> {
        steps.add(
            new Step.Tool(
                done.step(), done.callId(), done.outcome(), done.artifacts(), done.reexecuted()));
        inFlight = null;
        inFlightSince = null;
        attempts.progressed();
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

  /** The finished steps, in order. */
  public List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }

  /** The tool call that was begun and is not known to have ended. */
  public Optional<Entry.ToolIntent> inFlight() {
    return Optional.ofNullable(inFlight);
  }

  /** When that call was announced. */
  public Optional<Instant> inFlightSince() {
    return Optional.ofNullable(inFlightSince);
  }

  /** The last model answer, if there has been one. */
  public Optional<Step.Model> lastAnswer() {
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (steps.get(i) instanceof Step.Model model) {
        return Optional.of(model);
      }
    }
    return Optional.empty();
  }

  /** What the model has said last; nothing, if it has said nothing. */
  public String soFar() {
    return lastAnswer().map(answer -> answer.message().text()).orElse("");
  }

  public int nextStep() {
    return steps.size() + 1;
  }

  public Usage usage() {
    return steps.stream()
        .map(step -> step instanceof Step.Model model ? model.usage() : Usage.NONE)
        .reduce(Usage.NONE, Usage::plus);
  }

  /** The outbox entries that no target has answered for yet. */
  public List<Entry.Outbox> unpublished() {
    return ended().stream()
        .flatMap(end -> end.outbox().stream())
        .filter(out -> !published.containsKey(out.target()))
        .toList();
  }

  /** What model and tools have said so far, in order. */
  public List<Message> said() {
    return steps.stream()
        .map(
            step ->
                switch (step) {
                  case Step.Model model -> model.message();
                  case Step.Tool tool -> Message.tool(tool.callId(), tool.outcome().text());
                })
        .toList();
  }

  private boolean nextIsModel() {
    return lastAnswer()
        .map(answer -> steps.size() - answer.n() >= answer.message().toolCalls().size())
        .orElse(true);
  }
}
