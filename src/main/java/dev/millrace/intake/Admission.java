package dev.millrace.intake;

import dev.millrace.artifact.Artifacts;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.Ending;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.StopReason;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a request into a job: the first entry of its log, and its place in line. */
public final class Admission {
  private final Index index;
  private final Journal journal;
  private final Inputs inputs;
  private final Results results;
  private final Conversations conversations;
  private final Secret secret;
  private final InstantSource clock;
  private final Function<String, Duration> deadlines;

  /**
   * @param deadlines how long a job of an agent may take where its request names no time
   */
  public Admission(
      Index index,
      Journal journal,
      Artifacts artifacts,
      Attachments attachments,
      Results results,
      Conversations conversations,
      Secret secret,
      InstantSource clock,
      Function<String, Duration> deadlines) {
    this.index = index;
    this.journal = journal;
    this.inputs = new Inputs(artifacts, attachments);
    this.results = results;
    this.conversations = conversations;
    this.secret = secret;
    this.clock = clock;
    this.deadlines = deadlines;
  }

  /**
   * A request on its way in.
   *
   * @param hash tells this request from another one under the same id
   * @param expiresAt when the message that carries it expires
   * @param findings what is wrong with it; a job with findings ends at once
   */
  record Candidate(
      JobId id,
      Owner owner,
      JobRequest request,
      String hash,
      Origin origin,
      @Nullable Instant expiresAt,
      List<String> warnings,
      List<Finding> findings) {
    JobRef job() {
      return new JobRef(owner.tenant(), id);
    }
  }

  /**
   * Admits a request, or finds that it was admitted before; finishes what is missing either way.
   */
  Submission admit(Candidate candidate) {
    JobRef job = candidate.job();
    JobLog log = journal.job(job);
    if (!log.exists()) {
      index.opening(job, clock.instant());
      if (index.gone(job)) {
        index.closed(job);
        return new Submission.Gone(job);
      }
      log = journal.create(job);
      if (!log.exists()) {
        log.append(firstEntries(candidate)); // refused: somebody else admitted it, and it is read
      }
    }
    if (!log.state().submitted().requestHash().equals(candidate.hash())) {
      return new Submission.KeyReused(job);
    }
    conversations.enlist(log);
    return new Submission.Accepted(log);
  }

  /** A candidate that asks for the same as an ended job, from the same owner, with its files. */
  Candidate repeat(JobLog ended, JobId id) {
    var state = ended.state();
    var origin = state.submitted().origin();
    var copies =
        inputs.copy(ended.job(), state.request().files(), new JobRef(ended.job().tenant(), id));
    return new Candidate(
        id,
        state.owner(),
        state.request().withFiles(copies).withDeadline(null),
        state.submitted().requestHash(),
        origin.via(Origin.Via.HTTP),
        null,
        List.of(),
        List.of());
  }

  private Entry[] firstEntries(Candidate candidate) {
    JobRef job = candidate.job();
    var findings = new ArrayList<>(candidate.findings());
    List<InputFile> files = inputs.keep(job, candidate.request().files(), findings);
    JobRequest request = candidate.request().withFiles(files);
    var submitted =
        new Entry.Submitted(
            request,
            candidate.hash(),
            candidate.owner().tenant(),
            candidate.owner().name(),
            conversation(candidate.owner(), request),
            deadline(candidate),
            candidate.origin(),
            candidate.warnings());
    if (findings.isEmpty()) {
      return new Entry[] {submitted};
    }
    // In one piece with the submission, so that nobody ever meets it as a job to be run.
    var wrong = Ending.failed(StopReason.INVALID, "the request cannot be done", findings);
    var state = JobState.of(submitted, clock.instant());
    return new Entry[] {submitted, results.ended(job, state, wrong)};
  }

  private @Nullable String conversation(Owner owner, JobRequest request) {
    return request.sessionId() == null
        ? null
        : ConversationRef.of(secret, owner, request.agent(), request.sessionId()).key();
  }

  private Instant deadline(Candidate candidate) {
    return Stream.of(candidate.request().deadline(), candidate.expiresAt())
        .filter(Objects::nonNull)
        .min(Instant::compareTo)
        .orElseGet(() -> clock.instant().plus(deadlines.apply(candidate.request().agent())));
  }
}
