package dev.millrace.http.legacy.durable;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.agent.Agent;
import dev.millrace.http.HttpSettings;
import dev.millrace.http.legacy.Answered;
import dev.millrace.http.legacy.Errands;
import dev.millrace.http.legacy.Talk;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Body;
import dev.millrace.http.request.Header;
import dev.millrace.http.request.OldHeaders;
import dev.millrace.http.request.Wish;
import dev.millrace.job.JobRequest;
import dev.millrace.journal.JobLog;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.Hidden;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks an agent. */
@Hidden
@Controller("/api/agents/{name}/run")
@ExecuteOn(TaskExecutors.BLOCKING)
final class RunController {
  private static final String OLDER_WAIT = "x-wait-for-completion";

  private final Errands errands;
  private final Talk talk;
  private final HttpSettings settings;

  RunController(Errands errands, Talk talk, HttpSettings settings) {
    this.errands = errands;
    this.talk = talk;
    this.settings = settings;
  }

  /**
   * What became of a question.
   *
   * @param message the question
   * @param messageCount how many questions of the session have been answered
   * @param correlationId the id of the job, where there is no answer yet
   */
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Reply(
      String response,
      String message,
      String sessionId,
      String status,
      @JsonProperty("message_count") @Nullable Integer messageCount,
      @Nullable String correlationId) {}

  @Post
  @Consumes(MediaType.ALL)
  HttpResponse<Reply> run(HttpRequest<?> request, String name) {
    Agent agent = errands.agent(name);
    Wish wish = isText(request) ? text(request, agent) : errands.posted(request);
    String session = session(request, wish.request());
    String key = SessionKey.of(agent.name(), session);
    JobLog job =
        errands.submit(request, wish.with(Errands.turn(wish.request(), agent.name(), key, false)));
    if (!waits(request, wish)) {
      return pending(job, session, HttpStatus.ACCEPTED, "accepted", "Agent request accepted");
    }
    return errands
        .await(job)
        .map(answered -> HttpResponse.ok(reply(answered, session)))
        .orElseGet(
            () ->
                pending(
                    job,
                    session,
                    HttpStatus.GATEWAY_TIMEOUT,
                    "timeout",
                    "Agent is still processing or timed out..."));
  }

  private Reply reply(Answered answered, String session) {
    return new Reply(
        answered.text(),
        answered.job().state().request().message(),
        session,
        answered.status(),
        talk.exchanges(answered.job()).size(),
        null);
  }

  private static MutableHttpResponse<Reply> pending(
      JobLog job, String session, HttpStatus status, String word, String response) {
    String id = job.job().id().value();
    String message = job.state().request().message();
    return HttpResponse.<Reply>status(status)
        .header(HttpHeaders.LOCATION, "/v1/jobs/" + id)
        .body(new Reply(response, message, session, word, null, id));
  }

  private static boolean isText(HttpRequest<?> request) {
    return request.getContentType().filter(type -> type.getName().equals("text/plain")).isPresent();
  }

  /** The whole body is the message. */
  private Wish text(HttpRequest<?> request, Agent agent) {
    byte[] body = new Body(request).whole(settings.largestRequest());
    String message = new String(body, StandardCharsets.UTF_8).strip();
    if (message.isEmpty()) {
      throw Refusal.invalid("/message", "is required: say what is to be done");
    }
    return Wish.of(JobRequest.of(agent.name(), message), body);
  }

  /** As the caller names it, in the body or in the address; else one that nobody has. */
  private static String session(HttpRequest<?> request, JobRequest asked) {
    return Stream.of(
            asked.sessionId(),
            request.getParameters().get("sessionId"),
            request.getParameters().get("sessionKey"),
            request.getParameters().get("thread_id"),
            request.getHeaders().get("x-ms-session-id"))
        .filter(Objects::nonNull)
        .findFirst()
        .orElseGet(() -> UUID.randomUUID().toString().replace("-", ""));
  }

  /** A header comes before the body. Who says nothing waits. */
  private static boolean waits(HttpRequest<?> request, Wish wish) {
    return OldHeaders.waiting(request)
        .or(() -> Optional.ofNullable(Header.of(request, OLDER_WAIT)).map(OldHeaders::yes))
        .orElseGet(() -> !Boolean.FALSE.equals(wish.manner().waiting()));
  }
}
