package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Eventually;
import dev.millrace.http.metrics.Meters;
import dev.millrace.intake.Aftermath;
import dev.millrace.worker.Sweeper;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final Pattern WAITING =
      Pattern.compile("(?m)^millrace_jobs_waiting_longest_seconds (\\S+)$");

  @TempDir Path directory;

  @Test
  void a_job_that_nobody_begins_is_seen_to_wait() throws Exception {
    try (var server = new TestServer(directory, Map.of("millrace.bus.lock", "1s"))) {
      var sweeper = server.context.getBean(Sweeper.class);
      server.context.getBean(Meters.class).waiting(sweeper::longestWait);
      assertThat(waiting(server)).isZero();
      server.submit("{\"message\": \"Count.\", \"sessionId\": \"a-turn\"}");
      String id = server.submit();

      Eventually.that(
          "the wait is seen",
          () -> {
            sweeper.sweep();
            return sweeper.longestWait().isPositive();
          });
      assertThat(waiting(server)).isGreaterThan(1);

      server.claim(id);
      sweeper.sweep();
      assertThat(waiting(server)).isZero();
    }
  }

  private static double waiting(TestServer server) throws Exception {
    var found = WAITING.matcher(server.get("/metrics").body());
    assertThat(found.find()).isTrue();
    return Double.parseDouble(found.group(1));
  }

  @Test
  void what_was_done_is_counted_by_kind_and_names_nobody() throws Exception {
    try (var server = new TestServer(directory)) {
      String id = server.submit("{\"message\": \"Count.\"}", "X-Who", "default/alice");
      server.claim(id);
      server.step(id, "count()");
      server.end(id, "One.");
      server.context.getBean(Aftermath.class).finish(server.log(id)); // as another may at once
      server.get("/v1/jobs/nobody-knows-this");

      String metrics = server.get("/metrics").body();

      assertThat(metrics)
          .contains("millrace_jobs_ended_total{status=\"succeeded\"} 1.0")
          .contains("millrace_model_tokens_total{direction=\"input\"} 10.0")
          .contains("millrace_model_turns_total 1.0")
          .contains("millrace_job_duration_seconds_count 1")
          .contains("route=\"/v1/jobs/{id}\",status=\"404\"")
          .contains("jvm_memory_used_bytes")
          .doesNotContain("alice")
          .doesNotContain("nobody-knows-this");
    }
  }
}
