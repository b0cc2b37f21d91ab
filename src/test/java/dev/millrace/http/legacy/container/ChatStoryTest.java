package dev.millrace.http.legacy.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.http.stream.Streamed;
import io.micronaut.http.sse.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ChatStoryTest {
  private final ChatStory story = new ChatStory("s", Json.MAPPER);
  private final List<String> told = new ArrayList<>();
  private final Streamed.Sink<Event<String>> sink =
      new Streamed.Sink<>() {
        @Override
        public void send(Event<String> event) {
          told.add(Objects.requireNonNullElse(event.getName(), "") + event.getData());
        }

        @Override
        public boolean left() {
          return false;
        }
      };

  @Test
  void what_was_missed_of_an_answer_is_told_with_it_and_nothing_twice() throws Exception {
    tell("text", "{\"step\": 1, \"delta\": \"I will \"}");
    tell("step", "{\"n\": 1, \"type\": \"model\", \"text\": \"I will run it.\"}");
    tell("text", "{\"step\": 1, \"delta\": \"run it.\"}");
    tell("step", "{\"n\": 2, \"type\": \"tool\", \"stdout\": \"1\"}");
    tell("step", "{\"n\": 3, \"type\": \"model\", \"text\": \"Done.\"}");
    tell("end", "{\"status\": \"succeeded\"}");

    assertThat(told)
        .containsExactly(
            "{\"text\":\"I will \",\"session_id\":\"s\"}",
            "{\"text\":\"run it.\",\"session_id\":\"s\"}",
            "{\"text\":\"Done.\",\"session_id\":\"s\"}",
            "done{\"session_id\":\"s\"}");
  }

  @Test
  void a_heartbeat_is_a_ping() throws Exception {
    story.tell(Event.of("").comment("waiting"), sink);

    assertThat(told).containsExactly("ping{}");
  }

  @Test
  void a_job_that_failed_is_an_error() throws Exception {
    tell("end", "{\"status\": \"failed\", \"error\": {\"message\": \"no model answers\"}}");

    assertThat(told).containsExactly("error{\"error\":\"no model answers\",\"session_id\":\"s\"}");
  }

  private void tell(String name, String data) throws InterruptedException {
    story.tell(Event.of(data).name(name), sink);
  }
}
