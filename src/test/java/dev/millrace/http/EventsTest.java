package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Eventually;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A client that may be cut. */
  private static final class Client implements AutoCloseable {
    private final InputStream stream;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    String lastId = "";

    Client(String id, String lastEventId) throws Exception {
      this(server, id, lastEventId);
    }

    Client(TestServer server, String id, String lastEventId) throws Exception {
      var request = server.request("/v1/jobs/" + id + "/events");
      if (!lastEventId.isEmpty()) {
        request.header("Last-Event-ID", lastEventId);
      }
      var answer = server.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      stream = answer.body();
      Thread.ofVirtual()
          .start(
              () -> {
                try (var reader =
                    new java.io.BufferedReader(new java.io.InputStreamReader(stream))) {
                  reader.lines().forEach(lines::add);
                } catch (Exception e) {
                  // cut
                }
                lines.add("closed");
              });
    }

    /** The next event's name and data. */
    String next() throws InterruptedException {
      String name = "";
      while (true) {
        String line = lines.poll(60, TimeUnit.SECONDS);
        assertThat(line).isNotNull();
        if (line.startsWith("id: ")) {
          lastId = line.substring(4);
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          return name + " " + line.substring(6);
        } else if (line.equals("closed")) {
          return line;
        }
      }
    }

    @Override
    public void close() throws Exception {
      stream.close();
    }
  }

  @Test
  void a_job_is_told_from_its_beginning_to_its_end_and_then_the_stream_closes() throws Exception {
    String id = server.submit();
    try (var client = new Client(id, "")) {
      assertThat(client.next()).isEqualTo("status {\"status\":\"queued\"}");
      server.claim(id);
      assertThat(client.next()).isEqualTo("status {\"status\":\"running\"}");
      server.step(id, "1");
      assertThat(client.next()).startsWith("step {\"n\":1,\"type\":\"model\"");
      assertThat(client.next())
          .startsWith("step {\"n\":2,\"type\":\"tool\",\"tool\":\"run_python\"");
      server.end(id, "One.");
      assertThat(client.next()).startsWith("end {").contains("\"response\":\"One.\"");
      assertThat(client.next()).isEqualTo("closed");

      var again =
          server.send(
              server.request("/v1/jobs/" + id + "/events").header("Last-Event-ID", client.lastId));
      assertThat(again.statusCode()).isEqualTo(204);
    }
  }

  @Test
  void who_comes_back_misses_nothing_and_hears_nothing_twice() throws Exception {
    String id = server.submit();
    server.claim(id);
    for (int i = 0; i < 5; i++) {
      server.step(id, "step(" + i + ")");
    }
    server.end(id, "Five.");
    List<String> whole = new ArrayList<>();
    try (var client = new Client(id, "")) {
      for (String event = client.next(); !event.equals("closed"); event = client.next()) {
        whole.add(event);
      }
    }

    List<String> pieces = new ArrayList<>();
    String last = "";
    while (pieces.size() < whole.size()) {
      try (var client = new Client(id, last)) {
        pieces.add(client.next()); // cut after each
        last = client.lastId;
      }
    }

    assertThat(whole).hasSize(13);
    assertThat(pieces).isEqualTo(whole);
    Eventually.that("nobody watches", () -> server.journal().watched() == 0);
  }

  @Test
  void who_comes_back_to_another_server_of_the_installation_misses_nothing() throws Exception {
    String id = server.submit();
    server.claim(id);
    server.step(id, "1");
    try (var replica = server.replica(directory);
        var first = new Client(id, "")) {
      for (int i = 0; i < 3; i++) {
        first.next();
      }
      try (var second = new Client(replica, id, first.lastId)) {
        assertThat(second.next()).startsWith("step {\"n\":2,");
        server.step(id, "2");
        assertThat(second.next()).startsWith("step {\"n\":3,");
        assertThat(second.next()).startsWith("step {\"n\":4,");
        server.end(id, "Two.");
        assertThat(second.next()).startsWith("end {");
        assertThat(second.next()).isEqualTo("closed");
      }
    }
  }

  @Test
  @Tag("full")
  void a_stream_on_which_nothing_happens_shows_that_it_lives() throws Exception {
    String id = server.submit();
    var answer =
        server.client.send(
            server.request("/v1/jobs/" + id + "/events").build(),
            HttpResponse.BodyHandlers.ofLines());
    try (var lines = answer.body()) {
      assertThat(lines.filter(line -> line.startsWith(":")).findFirst()).contains(": waiting");
    }
  }

  @Test
  void what_is_said_meanwhile_is_told_without_an_id() throws Exception {
    String id = server.submit("{\"message\": \"Count.\", \"stream\": true}");
    server.claim(id);
    try (var client = new Client(id, "")) {
      client.next();
      client.next();
      String before = client.lastId;
      var live = server.journal().live(server.log(id).job());
      live.write("{\"event\":\"text\",\"data\":{\"step\":1,\"delta\":\"I \\u2028will\"}}\n");
      assertThat(client.next()).isEqualTo("text {\"step\":1,\"delta\":\"I \u2028will\"}");
      live.write("not json\n{\"event\":\"end\",\"data\":{\"step\":1}}\n");
      live.write(
          "{\"event\":\"output\",\"data\":{\"step\":2,\"stream\":\"stdout\",\"delta\":\"1\\n"
              + "\"}}\n");
      assertThat(client.next())
          .isEqualTo("output {\"step\":2,\"stream\":\"stdout\",\"delta\":\"1\\n\"}");
      assertThat(client.lastId).isEqualTo(before);
      server.step(id, "1");
      client.next();
      client.next();
      live.write("{\"event\":\"text\",\"data\":{\"step\":2,\"delta\":\"late\"}}\n");
      live.write("{\"event\":\"text\",\"data\":{\"step\":3,\"delta\":\"So\"}}\n");
      assertThat(client.next()).isEqualTo("text {\"step\":3,\"delta\":\"So\"}");
      server.end(id, "One.");
      assertThat(client.next()).startsWith("end ");
    }
    Eventually.that("nobody watches", () -> server.journal().watched() == 0);
  }

  @Test
  void a_client_that_is_cut_leaves_no_watcher() throws Exception {
    String id = server.submit();
    var clients = new ArrayList<Client>();
    for (int i = 0; i < 20; i++) {
      clients.add(new Client(id, ""));
      clients.getLast().next();
    }
    assertThat(server.journal().watched()).isEqualTo(1);

    for (var client : clients) {
      client.close();
    }

    Eventually.that("nobody watches", () -> server.journal().watched() == 0);
  }

  @Test
  void the_stream_of_a_deleted_job_closes() throws Exception {
    String id = server.submit();
    try (var client = new Client(id, "")) {
      client.next();
      server.journal().delete(server.log(id).job());
      assertThat(client.next()).isEqualTo("closed");
    }
  }
}
