package dev.millrace.http.view;

import dev.millrace.http.stream.Streamed;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobFeed;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Live;
import io.micronaut.http.sse.Event;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tells a job's events from its log, so that any process tells the same ones under the same ids.
 * What is said between two steps is told beside them, without ids: it may be missed.
 */
public final class JobStory {
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final Set<String> SAID = Set.of("text", "output");

  private final Journal journal;
  private final JobRef job;
  private final boolean live;
  private final ObjectMapper json;
  private final long lastSeen;

  /**
   * @param live whether the job's words are written down while it works
   * @param lastSeen the id of the last event that was seen; 0 for none
   */
  public JobStory(Journal journal, JobRef job, boolean live, ObjectMapper json, long lastSeen) {
    this.journal = journal;
    this.job = job;
    this.live = live;
    this.json = json;
    this.lastSeen = lastSeen;
  }

  /** Whether the end was seen, so that nothing is left to tell. */
  public boolean told() {
    return lastSeen > 0
        && journal.feed(job).read().stream()
            .anyMatch(placed -> placed.entry() instanceof Entry.Ended && placed.end() <= lastSeen);
  }

  public void tell(Streamed.Sink<Event<String>> sink) throws IOException, InterruptedException {
    var telling = new Telling(sink);
    sink.send(Event.of("").retry(RETRY));
    try (var watch = journal.watch(job)) {
      Thread beside = live ? Thread.ofVirtual().name("live").start(telling::live) : null;
      try {
        telling.log(watch);
      } finally {
        if (beside != null) {
          beside.interrupt();
          beside.join();
        }
      }
    }
    telling.end();
  }

  private final class Telling {
    private final Streamed.Sink<Event<String>> sink;
    private final JobFeed feed = journal.feed(job);
    private final StepTeller teller = new StepTeller();
    private boolean running;
    private JobFeed.@Nullable Placed ended;

    /** So many steps are finished: what was said before them is not told any more. */
    private final AtomicInteger finished = new AtomicInteger();

    Telling(Streamed.Sink<Event<String>> sink) {
      this.sink = sink;
    }

    /** Until the end is read, or the log is gone. */
    void log(dev.millrace.journal.LogWatch.Watch watch) throws IOException, InterruptedException {
      while (ended == null) {
        long before = feed.position();
        for (JobFeed.Placed placed : feed.read()) {
          tell(placed);
        }
        if (ended != null || (feed.position() == before && feed.gone())) {
          return;
        }
        if (!watch.await(feed.position(), HEARTBEAT)) {
          if (sink.left() || Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
          }
          sink.send(Event.of("").comment("waiting"));
        }
      }
    }

    private void tell(JobFeed.Placed placed) throws IOException, InterruptedException {
      switch (placed.entry()) {
        case Entry.Submitted first -> status(placed, "queued");
        case Entry.Claimed claimed -> {
          if (!running) {
            running = true;
            status(placed, "running");
          }
        }
        case Entry.Ended end -> ended = ended == null ? placed : ended;
        default -> { // told as a step, or of no interest outside
          StepView step = teller.tell(placed.entry());
          if (step != null) {
            finished.incrementAndGet();
            send(placed, "step", json.writeValueAsString(step));
          }
        }
      }
    }

    private void status(JobFeed.Placed placed, String status)
        throws IOException, InterruptedException {
      send(placed, "status", json.writeValueAsString(Map.of("status", status)));
    }

    private void send(JobFeed.Placed placed, String name, String data) throws InterruptedException {
      if (placed.end() > lastSeen) {
        sink.send(Event.of(data).name(name).id(Long.toString(placed.end())));
      }
    }

    void end() throws InterruptedException {
      if (ended != null && ended.entry() instanceof Entry.Ended end) {
        send(ended, "end", end.result());
      }
    }

    void live() {
      var said = journal.live(job);
      try (var watch = said.watch()) {
        while (!sink.left() && !Thread.currentThread().isInterrupted()) {
          tell(said);
          watch.await(said.position(), HEARTBEAT);
        }
      } catch (InterruptedException e) {
        // the end has come, or the reader has left
      } catch (Unavailable e) {
        // what is said may be missed; the steps come from the log
      }
    }

    private void tell(Live said) throws InterruptedException {
      for (String line : said.read().lines().toList()) {
        JsonNode node = parsed(line);
        JsonNode event = node.get("event");
        JsonNode data = node.get("data");
        JsonNode step = data == null ? null : data.get("step");
        if (event != null
            && data != null
            && event.isString()
            && SAID.contains(event.getStringValue())
            && step != null
            && step.isNumber()
            && step.getIntValue() > finished.get()) {
          sink.send(Event.of(text(data)).name(event.getStringValue()));
        }
      }
    }

    private JsonNode parsed(String line) {
      try {
        JsonNode node = json.readValue(line, JsonNode.class);
        return node == null ? JsonNode.nullNode() : node;
      } catch (IOException e) {
        return JsonNode.nullNode(); // two workers may have written at once
      }
    }

    private String text(JsonNode data) {
      try {
        return json.writeValueAsString(data);
      } catch (IOException e) {
        throw new UncheckedIOException("what was read as JSON cannot be written as JSON", e);
      }
    }
  }
}
