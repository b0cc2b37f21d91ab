package dev.millrace.http.legacy.container;

import dev.millrace.http.stream.Streamed;
import dev.millrace.http.view.JobStory;
import io.micronaut.http.sse.Event;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells the events of a job as this system's chat did: {@code open}, its words piece by piece, a
 * {@code ping} while there are none, and {@code done} or {@code error}. All words of each model
 * answer are told, once: as they come, and what was missed of them when the answer is there.
 */
final class ChatStory {
  private final String sessionId;
  private final ObjectMapper json;
  private final ReentrantLock order = new ReentrantLock();

  /** By step, what was told of it; null once all was. */
  private final Map<Integer, @Nullable String> told = new HashMap<>();

  ChatStory(String sessionId, ObjectMapper json) {
    this.sessionId = sessionId;
    this.json = json;
  }

  void tell(JobStory story, Streamed.Sink<Event<String>> sink)
      throws IOException, InterruptedException {
    sink.send(Event.of("{}").name("open"));
    story.tell(
        new Streamed.Sink<>() {
          @Override
          public void send(Event<String> event) throws InterruptedException {
            tell(event, sink);
          }

          @Override
          public boolean left() {
            return sink.left();
          }
        });
  }

  /** Events come from two threads: the words from one, the steps from the other. */
  void tell(Event<String> event, Streamed.Sink<Event<String>> sink) throws InterruptedException {
    order.lockInterruptibly();
    try {
      switch (Objects.requireNonNullElse(event.getName(), "")) {
        case "text" -> word(node(event), sink);
        case "step" -> step(node(event), sink);
        case "end" -> end(node(event), sink);
        default -> {
          if (event.getComment() != null) {
            sink.send(Event.of("{}").name("ping"));
          }
        }
      }
    } finally {
      order.unlock();
    }
  }

  private void word(JsonNode data, Streamed.Sink<Event<String>> sink) throws InterruptedException {
    int step = number(data, "step");
    String delta = text(data, "delta");
    String before = told.getOrDefault(step, "");
    if (before != null) {
      told.put(step, before + delta);
      words(delta, sink);
    }
  }

  private void step(JsonNode step, Streamed.Sink<Event<String>> sink) throws InterruptedException {
    if (text(step, "type").equals("model")) {
      String all = text(step, "text");
      String before = Objects.requireNonNullElse(told.put(number(step, "n"), null), "");
      if (all.startsWith(before)) {
        words(all.substring(before.length()), sink);
      }
    }
  }

  private void words(String words, Streamed.Sink<Event<String>> sink) throws InterruptedException {
    if (!words.isEmpty()) {
      sink.send(Event.of(object("text", words)));
    }
  }

  private void end(JsonNode job, Streamed.Sink<Event<String>> sink) throws InterruptedException {
    String status = text(job, "status");
    if (status.equals("succeeded") || status.equals("incomplete")) {
      sink.send(Event.of(object(null, "")).name("done"));
    } else {
      JsonNode error = job.get("error");
      String why =
          error == null || !error.isObject()
              ? "The job was " + status + "."
              : text(error, "message");
      sink.send(Event.of(object("error", why)).name("error"));
    }
  }

  private String object(@Nullable String field, String value) {
    var object = new LinkedHashMap<String, String>();
    if (field != null) {
      object.put(field, value);
    }
    object.put("session_id", sessionId);
    try {
      return json.writeValueAsString(object);
    } catch (IOException e) {
      throw new UncheckedIOException("texts that cannot be written as JSON", e);
    }
  }

  private JsonNode node(Event<String> event) {
    try {
      return Objects.requireNonNull(json.readValue(event.getData(), JsonNode.class));
    } catch (IOException e) {
      throw new UncheckedIOException("an event of ours that cannot be read as JSON", e);
    }
  }

  private static String text(JsonNode object, String field) {
    JsonNode value = object.get(field);
    return value == null || !value.isString() ? "" : value.getStringValue();
  }

  private static int number(JsonNode object, String field) {
    JsonNode value = object.get(field);
    return value == null || !value.isNumber() ? 0 : value.getIntValue();
  }
}
