package dev.millrace.http.legacy.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.http.Carrier;
import dev.millrace.http.Desk;
import dev.millrace.http.legacy.Answered;
import dev.millrace.http.legacy.Errands;
import dev.millrace.http.legacy.Surroundings;
import dev.millrace.http.legacy.Talk;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Wish;
import dev.millrace.http.stream.Streamed;
import dev.millrace.http.view.JobStory;
import dev.millrace.intake.Histories;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.sse.Event;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** The chat: as its page says it is, and as its program had it. */
@Hidden
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class ChatController {
  /** Who names no session has one all the same. */
  private static final String USUAL_SESSION = "default";

  private final Errands errands;
  private final Desk desk;
  private final Talk talk;
  private final Histories histories;
  private final Journal journal;
  private final Surroundings surroundings;
  private final Carrier carrier;
  private final ObjectMapper json;

  ChatController(
      Errands errands,
      Desk desk,
      Talk talk,
      Histories histories,
      Journal journal,
      Surroundings surroundings,
      Carrier carrier,
      ObjectMapper json) {
    this.errands = errands;
    this.desk = desk;
    this.talk = talk;
    this.histories = histories;
    this.journal = journal;
    this.surroundings = surroundings;
    this.carrier = carrier;
    this.json = json;
  }

  /** An answer, as the page has it. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Reply(
      String response,
      String agent,
      String model,
      @JsonProperty("tools_used") List<OldTools.Used> toolsUsed,
      @JsonProperty("session_id") String sessionId) {}

  /** An answer, as the program had it. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record LongReply(
      String response,
      @JsonProperty("session_id") String sessionId,
      String agent,
      String model,
      @JsonProperty("tools_used") List<OldTools.Used> toolsUsed,
      @JsonProperty("tools_available") List<String> toolsAvailable,
      @JsonProperty("conversation_length") int conversationLength,
      @JsonProperty("active_sessions") @Nullable Map<String, CodeSession> activeSessions) {}

  @Post("/chat")
  @Consumes(MediaType.ALL)
  Reply chat(HttpRequest<?> request) {
    Answered answered = errands.answer(submit(request, false));
    return new Reply(
        answered.text(),
        answered.agent(),
        surroundings.called(answered.model()),
        OldTools.used(answered.job().state()),
        session(answered.job()));
  }

  @Post("/api/chat")
  @Consumes(MediaType.ALL)
  LongReply longChat(HttpRequest<?> request) {
    Answered answered = errands.answer(submit(request, false));
    String session = session(answered.job());
    return new LongReply(
        answered.text(),
        session,
        answered.agent(),
        surroundings.called(answered.model()),
        OldTools.used(answered.job().state()),
        OldTools.names(errands.agent(answered.agent())),
        talk.exchanges(answered.job()).stream()
            .mapToInt(exchange -> exchange.messages().size())
            .sum(),
        CodeSession.of(answered.job().state()).map(code -> Map.of(session, code)).orElse(null));
  }

  @Post("/api/chat/stream")
  @Consumes(MediaType.ALL)
  @Produces(MediaType.TEXT_EVENT_STREAM)
  HttpResponse<Publisher<Event<String>>> stream(HttpRequest<?> request) {
    carrier.checkEvents();
    JobLog job = submit(request, true);
    var story = new JobStory(journal, job.job(), true, json, 0);
    var chat = new ChatStory(session(job), json);
    return HttpResponse.<Publisher<Event<String>>>ok(new Streamed<>(sink -> chat.tell(story, sink)))
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header("X-Accel-Buffering", "no");
  }

  private JobLog submit(HttpRequest<?> request, boolean stream) {
    Wish wish = errands.posted(request);
    String session = Objects.requireNonNullElse(wish.request().sessionId(), USUAL_SESSION);
    return errands.submit(
        request, wish.with(Errands.turn(wish.request(), wish.request().agent(), session, stream)));
  }

  private static String session(JobLog job) {
    return Objects.requireNonNullElse(job.state().request().sessionId(), USUAL_SESSION);
  }

  /** A message for the caller. */
  @Serdeable
  record Told(String message) {}

  @Delete("/api/chat/sessions/{sessionId}")
  Told clear(HttpRequest<?> request, String sessionId) {
    var owner = desk.caller(request).owner();
    return switch (histories.delete(owner, errands.usual().name(), sessionId)) {
      case DELETED -> new Told("Session " + sessionId + " cleared");
      case BUSY ->
          throw Refusal.of(Code.CONFLICT, "A turn of this session is unfinished. Try again later.");
      case UNKNOWN -> {
        String unknown = "Session " + sessionId + " not found";
        throw Refusal.of(Code.NOT_FOUND, unknown).telling("message", unknown);
      }
    };
  }
}
