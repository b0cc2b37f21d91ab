package dev.millrace.http;

import dev.millrace.http.document.Described;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Body;
import dev.millrace.http.request.Header;
import dev.millrace.http.request.OldHeaders;
import dev.millrace.http.request.Prefer;
import dev.millrace.http.request.Trace;
import dev.millrace.http.request.Wish;
import dev.millrace.http.request.Wishes;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Removal;
import dev.millrace.intake.Submission;
import dev.millrace.job.StopReason;
import dev.millrace.journal.JobLog;
import dev.millrace.security.Caller;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Jobs: submit, follow, cancel, retry, delete. */
@Controller("/v1/jobs")
@ExecuteOn(TaskExecutors.BLOCKING)
final class JobController {
  private static final Pattern KEY = Pattern.compile("[!-~&&[^,]]([ -~&&[^,]]{0,253}[!-~&&[^,]])?");

  private final Desk desk;
  private final Answers answers;
  private final Wishes wishes;
  private final Terms terms;
  private final Intake intake;
  private final Removal removal;

  JobController(
      Desk desk, Answers answers, Wishes wishes, Terms terms, Intake intake, Removal removal) {
    this.desk = desk;
    this.answers = answers;
    this.wishes = wishes;
    this.terms = terms;
    this.intake = intake;
    this.removal = removal;
  }

  /** Submits a job: a request as JSON, or as a form with files. */
  @Post
  @Described.SubmitJob
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> submit(HttpRequest<?> request) {
    Caller caller = desk.caller(request);
    Optional<String> key = key(request);
    Wish wish = wishes.read(new Body(request), caller);
    try {
      Wish heeded = OldHeaders.heed(request, wish);
      Optional<String> name = terms.settle(caller, heeded.request(), key);
      return OldHeaders.tell(
          heeded,
          submitted(
              Prefer.of(request, heeded.manner().waiting()),
              caller,
              intake.submit(
                  caller.owner(),
                  heeded.request(),
                  wish.warnings(),
                  wish.hash(),
                  name,
                  Trace.origin(request))));
    } finally {
      wishes.forget(caller.tenant(), wish.uploads());
    }
  }

  private static Optional<String> key(HttpRequest<?> request) {
    String key = Header.of(request, "Idempotency-Key");
    if (key != null && !KEY.matcher(key).matches()) {
      throw Refusal.invalid(
          "Idempotency-Key",
          "must have 1 to 255 printable characters of ASCII, no comma, no blank at an end");
    }
    return Optional.ofNullable(key);
  }

  private MutableHttpResponse<byte[]> submitted(
      Duration wait, Caller caller, Submission submission) {
    return switch (submission) {
      case Submission.Accepted(JobLog job) -> accepted(wait, job);
      case Submission.KeyReused(var job) ->
          throw Refusal.of(
                  Code.KEY_REUSED, "This Idempotency-Key was used with another request before.")
              .telling("jobId", job.id().value());
      case Submission.Gone(var job) -> throw desk.gone(caller, job);
    };
  }

  private MutableHttpResponse<byte[]> accepted(Duration wait, JobLog job) {
    if (job.state().ended().filter(end -> end.stopReason() == StopReason.CONFLICT).isPresent()) {
      throw Refusal.of(
              Code.CONFLICT, "An earlier turn of the conversation is unfinished. Submit later.")
          .telling("jobId", job.job().id().value());
    }
    JobLog seen = desk.await(job, wait, JobController::over);
    MutableHttpResponse<byte[]> answer = answers.accepted(seen);
    if (wait.isZero()) {
      return answer;
    }
    return answer
        .status(over(seen) ? HttpStatus.OK : HttpStatus.ACCEPTED)
        .header("Preference-Applied", "wait=" + wait.toSeconds());
  }

  private static boolean over(JobLog job) {
    return job.state().ended().isPresent();
  }

  /**
   * Tells how a job stands. With {@code ?wait=} it answers when the job is over or, beside an ETag,
   * when it has changed.
   */
  @Get("/{id}")
  @Described.GetJob
  HttpResponse<byte[]> get(HttpRequest<?> request, String id) {
    Duration wait = Prefer.query(request);
    boolean tagged = request.getHeaders().contains(HttpHeaders.IF_NONE_MATCH);
    JobLog job =
        desk.await(
            desk.job(request, id),
            wait,
            seen -> tagged ? !Answers.known(request, Answers.tag(seen)) : over(seen));
    if (Answers.known(request, Answers.tag(job))) {
      return Answers.notModified(Answers.tag(job));
    }
    MutableHttpResponse<byte[]> answer = answers.job(HttpStatus.OK, job);
    return over(job) ? answer : answer.header(HttpHeaders.RETRY_AFTER, "1");
  }

  /** Ends a job that nobody works on yet; one that runs is ended soon. */
  @Post("/{id}/cancel")
  @Described.CancelJob
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> cancel(HttpRequest<?> request, String id) {
    JobLog job = desk.job(request, id);
    String by = desk.caller(request).owner().name();
    return switch (intake.cancel(job.job(), by)) {
      case CANCELED -> answers.job(HttpStatus.OK, job.refresh());
      case REQUESTED -> answers.accepted(job.refresh());
      case ENDED ->
          throw Refusal.of(Code.CONFLICT, "The job was over before.")
              .telling("jobStatus", job.refresh().state().status().word());
      case UNKNOWN -> throw desk.gone(desk.caller(request), job.job());
    };
  }

  /** Runs a job that is over again, as a new one. */
  @Post("/{id}/retry")
  @Described.RetryJob
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> retry(HttpRequest<?> request, String id) {
    JobLog job = desk.job(request, id);
    if (Intake.mayRunAgain(job.state())) {
      terms.share(desk.caller(request), job.state().request());
    }
    return intake
        .retry(job.job())
        .<HttpResponse<byte[]>>map(
            again -> submitted(Prefer.of(request, null), desk.caller(request), again))
        .orElseThrow(
            () ->
                Refusal.of(
                    Code.CONFLICT,
                    over(job)
                        ? "What was wrong with the request would be wrong again."
                        : "The job is not over yet. Cancel it first, or wait."));
  }

  /** Deletes a job that is over, with its files; how it ended is remembered. */
  @Delete("/{id}")
  @Status(HttpStatus.NO_CONTENT)
  @Described.DeleteJob
  HttpResponse<Void> delete(HttpRequest<?> request, String id) {
    JobLog job = desk.job(request, id);
    return switch (removal.delete(job)) {
      case DELETED -> HttpResponse.noContent();
      case RUNNING ->
          throw Refusal.of(Code.CONFLICT, "The job is not over yet. Cancel it first, or wait.");
      case UNDELIVERED ->
          throw Refusal.of(Code.CONFLICT, "The result has not been delivered yet. Try again later.")
              .with(HttpHeaders.RETRY_AFTER, "60");
    };
  }
}
