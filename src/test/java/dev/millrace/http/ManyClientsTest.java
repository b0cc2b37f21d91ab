package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Eventually;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyClientsTest {
  private static final int CLIENTS = 500;

  @TempDir Path directory;

  @Test
  void clients_that_wait_hold_no_threads_and_are_all_answered() throws Exception {
    try (var server = new TestServer(directory)) {
      var jobs = new ArrayList<String>();
      for (int i = 0; i < 10; i++) {
        jobs.add(server.submit());
      }
      long before = threads();
      var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
      for (int i = 0; i < CLIENTS; i++) {
        answers.add(
            server.client.sendAsync(
                server.request("/v1/jobs/" + jobs.get(i % 10) + "?wait=60").build(),
                HttpResponse.BodyHandlers.ofString()));
      }
      Eventually.that("all wait", () -> server.journal().watches() == CLIENTS);

      assertThat(server.journal().watched()).isEqualTo(10);
      assertThat(threads()).isLessThan(before + 50);

      for (String job : jobs) {
        server.end(job, "Done.");
      }
      for (var answer : answers) {
        assertThat(server.field(answer.get(), "status")).isEqualTo("succeeded");
      }
      Eventually.that("nobody waits", () -> server.journal().watched() == 0);
    }
  }

  /** The platform's threads, but for those of the client. */
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.getName().startsWith("HttpClient"))
        .count();
  }
}
