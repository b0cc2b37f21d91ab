package dev.millrace.http.legacy;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.bus.JobResult;
import dev.millrace.http.Desk;
import dev.millrace.http.Terms;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Body;
import dev.millrace.http.request.Trace;
import dev.millrace.http.request.Wish;
import dev.millrace.http.request.Wishes;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Results;
import dev.millrace.intake.Submission;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.Failure;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.security.Caller;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Has something done by a job and waits for the end. Who leaves does not stop the job. */
@Singleton
public final class Errands {
  /** How long a turn may take to be closed once its job is over. */
  private static final Duration SETTLING = Duration.ofSeconds(2);

  private final Desk desk;
  private final Wishes wishes;
  private final Terms terms;
  private final Intake intake;
  private final Agents agents;
  private final Journal journal;
  private final Results results;
  private final Artifacts artifacts;
  private final LegacySettings settings;
  private final ObjectMapper json;

  Errands(
      Desk desk,
      Wishes wishes,
      Terms terms,
      Intake intake,
      Agents agents,
      Journal journal,
      Results results,
      Artifacts artifacts,
      LegacySettings settings,
      ObjectMapper json) {
    this.desk = desk;
    this.wishes = wishes;
    this.terms = terms;
    this.intake = intake;
    this.agents = agents;
    this.journal = journal;
    this.results = results;
    this.artifacts = artifacts;
    this.settings = settings;
    this.json = json;
  }

  /** The agent that is asked where nobody is named. */
  public Agent usual() {
    return agents.find(agents.usual()).orElseThrow();
  }

  /**
   * @throws Refusal when there is nobody of this name
   */
  public Agent agent(String name) {
    return agents
        .find(name)
        .orElseThrow(
            () ->
                Refusal.of(
                    Code.NOT_FOUND,
                    "No agent is named so. There are: " + String.join(", ", agents.names())));
  }

  /**
   * What is asked by a body, with the fields of today or by their old names.
   *
   * @throws Refusal with everything that is wrong
   */
  public Wish posted(HttpRequest<?> request) {
    return wishes.read(new Body(request), desk.caller(request));
  }

  /** Submits what was posted. */
  public JobLog submit(HttpRequest<?> request, Wish wish) {
    Caller caller = desk.caller(request);
    try {
      var key = terms.settle(caller, wish.request(), Optional.empty());
      var submission =
          intake.submit(
              caller.owner(),
              wish.request(),
              wish.warnings(),
              wish.hash(),
              key,
              Trace.origin(request));
      return switch (submission) {
        case Submission.Accepted(JobLog job) -> job;
        case Submission.KeyReused(var job) -> throw new IllegalStateException("no key: " + job);
        case Submission.Gone(var job) -> throw new IllegalStateException("no key: " + job);
      };
    } finally {
      wishes.forget(caller.tenant(), wish.uploads());
    }
  }

  /**
   * The end of a job.
   *
   * @throws Refusal when it has no answer, or none so soon
   */
  public Answered answer(JobLog job) {
    return await(job).orElseThrow(() -> later(job));
  }

  private static Refusal later(JobLog job) {
    String address = "/v1/jobs/" + job.job().id();
    return Refusal.of(
            Code.UNAVAILABLE,
            "There is no answer yet. The job goes on; ask for it at " + address + ".")
        .with(HttpHeaders.LOCATION, address)
        .telling("jobId", job.job().id().value());
  }

  /**
   * The end of a job; absent if it does not come soon enough.
   *
   * @throws Refusal when it has no answer
   */
  public Optional<Answered> await(JobLog job) {
    JobLog seen = desk.await(job, settings.patience(), log -> log.state().ended().isPresent());
    if (seen.state().ended().isPresent()) {
      seen.state().conversation().ifPresent(conversation -> awaitTurn(seen, conversation));
    }
    return seen.state().ended().map(end -> answered(seen, end.stopReason()));
  }

  /** What comes next from the same caller finds the turn in the history, and nobody in line. */
  private void awaitTurn(JobLog ended, ConversationRef conversation) {
    var talk = journal.conversation(conversation);
    try (var watch = journal.watch(talk)) {
      talk.refresh();
      boolean more = true;
      while (more && talk.unfinished(ended.job().id())) {
        more = watch.await(talk.position(), SETTLING);
        talk.refresh();
      }
    }
  }

  private Answered answered(JobLog job, StopReason reason) {
    JobResult result = result(job);
    if (reason.status() == Status.FAILED || reason.status() == Status.CANCELED) {
      throw Refusal.of(code(reason), why(result.error(), reason))
          .telling("jobId", job.job().id().value())
          .telling("stopReason", reason.word());
    }
    return new Answered(job, result, text(job, result));
  }

  private static String why(@Nullable Failure failure, StopReason reason) {
    return failure == null ? "The job was " + reason.word() + "." : failure.message();
  }

  private static Code code(StopReason reason) {
    return switch (reason) {
      case INVALID -> Code.INVALID_REQUEST;
      case CONFLICT, CANCELED -> Code.CONFLICT;
      case DELEGATION_EXPIRED -> Code.FORBIDDEN;
      case MODEL_UNAVAILABLE, SESSIONS_UNAVAILABLE -> Code.UNAVAILABLE;
      default -> Code.INTERNAL;
    };
  }

  private JobResult result(JobLog job) {
    try {
      return Objects.requireNonNull(
          json.readValue(results.standing(job.job(), job.state()), JobResult.class));
    } catch (IOException e) {
      throw new UncheckedIOException("a result that cannot be read as JSON", e);
    }
  }

  private String text(JobLog job, JobResult result) {
    JobResult.File file = result.responseFile();
    if (file == null) {
      return Objects.requireNonNullElse(result.response(), "");
    }
    try (InputStream bytes =
        artifacts
            .open(Folder.of(job.job()), file.sha256(), 0, file.size())
            .orElseThrow(() -> new Unavailable("a file is missing: " + file.sha256()))) {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("an answer that cannot be read", e);
    }
  }

  /** The same request, asked of an agent as a turn of a conversation. */
  public static JobRequest turn(
      JobRequest request, String agent, @Nullable String sessionId, boolean stream) {
    var schema = request.responseSchema();
    return new JobRequest(
        request.kind(),
        agent,
        request.message(),
        sessionId,
        request.files(),
        schema == null || schema.isEmpty() ? null : schema,
        request.tools(),
        request.role(),
        request.limits(),
        request.deadline(),
        stream,
        request.whenBusy(),
        request.correlationId(),
        request.metadata());
  }
}
