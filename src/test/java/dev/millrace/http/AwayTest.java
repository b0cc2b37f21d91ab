package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AwayTest {
  @TempDir Path directory;

  @Test
  void without_its_store_the_server_lives_and_is_not_ready_and_takes_nothing() throws Exception {
    try (var server = new TestServer(directory, TestRooms.AWAY)) {
      var submit = server.post("/v1/jobs", "{\"message\": \"a secret of somebody\"}");
      var get = server.get("/v1/jobs/x");
      var ready = server.get("/health/readiness");

      assertThat(server.get("/health/liveness").statusCode()).isEqualTo(200);
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("\"storage\":\"DOWN\"");
      for (var answer : new java.net.http.HttpResponse<?>[] {submit, get}) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("2");
        assertThat(answer.body().toString())
            .contains("\"code\":\"unavailable\"")
            .doesNotContain("the store is away");
      }
    }
  }
}
