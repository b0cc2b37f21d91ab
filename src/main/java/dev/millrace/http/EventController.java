package dev.millrace.http;

import dev.millrace.http.document.Described;
import dev.millrace.http.stream.Streamed;
import dev.millrace.http.view.JobStory;
import dev.millrace.journal.Journal;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.sse.Event;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.ObjectMapper;
import org.reactivestreams.Publisher;

/** What happens to a job, as it happens. */
@Controller("/v1/jobs/{id}/events")
@ExecuteOn(TaskExecutors.BLOCKING)
final class EventController {
  private final Desk desk;
  private final Journal journal;
  private final ObjectMapper json;
  private final Carrier carrier;

  EventController(Desk desk, Journal journal, ObjectMapper json, Carrier carrier) {
    this.desk = desk;
    this.journal = journal;
    this.json = json;
    this.carrier = carrier;
  }

  /**
   * Tells what happens to a job, as it happens. After the end, who has seen it is answered 204, at
   * which browsers stop coming back.
   */
  @Get
  @Described.FollowJob
  @Produces(MediaType.TEXT_EVENT_STREAM)
  HttpResponse<Publisher<Event<String>>> events(HttpRequest<?> request, String id) {
    carrier.checkEvents();
    var job = desk.job(request, id);
    var story =
        new JobStory(journal, job.job(), job.state().request().stream(), json, lastSeen(request));
    return story.told()
        ? HttpResponse.noContent()
        : HttpResponse.<Publisher<Event<String>>>ok(new Streamed<>(story::tell))
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .header("X-Accel-Buffering", "no");
  }

  /** Ids are positions in the log; what is none means that nothing was seen. */
  private static long lastSeen(HttpRequest<?> request) {
    String last = request.getHeaders().get("Last-Event-ID");
    return last != null && last.matches("\\d{1,18}") ? Long.parseLong(last) : 0;
  }
}
