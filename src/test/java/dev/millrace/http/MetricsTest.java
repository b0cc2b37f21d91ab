package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  @TempDir Path directory;

  @Test
  void what_was_done_is_counted_by_kind_and_names_nobody() throws Exception {
    try (var server = new TestServer(directory)) {
      String id = server.submit("{\"message\": \"Count.\"}", "X-Who", "default/alice");
      server.claim(id);
      server.step(id, "count()");
      server.end(id, "One.");
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
