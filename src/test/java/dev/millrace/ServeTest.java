package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Tree;
import dev.millrace.job.JobId;
import dev.millrace.storage.disk.DiskStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process of its own, the SDK of Azure outside of it, real Python inside. */
class ServeTest {
  private static final String FIRST =
      "{\"sessionId\": \"talk\", \"message\": \"```python\\nx = 5\\nprint(x)\\n```\"}";
  private static final String SECOND =
      """
      {"sessionId": "talk", "stream": true, "message": "```python\\nimport time\\n\
      print('begun', flush=True)\\ntime.sleep(4)\\nprint('x is', x)\\n```"}
      """;

  @TempDir Path folder;

  @BeforeEach
  void needs() {
    Needs.present(
        "the Python of sessions",
        Files.isExecutable(Path.of(".venv/bin/python")),
        "executor/prepare");
  }

  @Test
  void a_message_becomes_a_result_and_a_second_server_is_told_whose_the_data_are()
      throws IOException, InterruptedException {
    try (var serve = ServeProcess.start(folder);
        var customer = new Customer(serve.connectionString())) {
      customer.send("m", "{\"message\": \"What is 6 * 7?\"}");

      var received = customer.next();
      assertThat(received.subject()).isEqualTo("job.succeeded");
      assertThat(received.job().text("response")).contains("42");

      assertThat(DiskStorage.owner(folder.resolve("data")).orElseThrow().url())
          .contains(serve.address().toString());
      try (var second = ServeProcess.start(folder)) {
        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.said())
            .contains("belongs to process " + serve.pid(), serve.address().toString());
      }
      assertThat(serve.terminate()).isEqualTo(0);
    }
  }

  @Test
  void a_signal_ends_it_as_well_before_its_doors_are_open()
      throws IOException, InterruptedException {
    try (var serve = ServeProcess.begin(folder)) {
      Eventually.that("it has the data directory", () -> Files.exists(folder.resolve("data/bus")));

      assertThat(serve.terminate()).isEqualTo(0);
    }
  }

  @Test
  @Tag("full")
  void a_signal_to_a_run_cancels_its_job() throws IOException, InterruptedException {
    Path said = folder.resolve("said");
    var run =
        ServeProcess.command(
                folder,
                "run",
                "```python\nimport time\nprint('begun', flush=True)\ntime.sleep(60)\n```")
            .redirectError(said.toFile())
            .start();
    try {
      Eventually.that("the code runs", () -> read(said).contains("| begun"));

      run.destroy();

      assertThat(run.waitFor()).isEqualTo(143);
      assertThat(read(said)).contains("Canceled the job");
    } finally {
      run.destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Tag("full")
  void a_signal_lets_a_call_come_to_its_end_and_the_job_goes_on_without_repeating_it()
      throws IOException, InterruptedException {
    try (var serve = ServeProcess.start(folder);
        var customer = new Customer(serve.connectionString())) {
      running(serve, customer);

      assertThat(serve.terminate()).isEqualTo(0);
    }
    assertThat(continued().child("repeated").number("toolCalls")).isZero();
  }

  @Test
  @Tag("full")
  void a_server_that_is_killed_in_a_call_comes_to_the_same_answer_when_it_is_back()
      throws IOException, InterruptedException {
    try (var serve = ServeProcess.start(folder);
        var customer = new Customer(serve.connectionString())) {
      running(serve, customer);

      serve.kill();
    }
    assertThat(continued().child("repeated").number("toolCalls")).isEqualTo(1);
  }

  /** One turn is over, whose variables the next one needs; that one is in the middle of a call. */
  private static void running(ServeProcess serve, Customer customer)
      throws IOException, InterruptedException {
    customer.send("first", FIRST);
    assertThat(customer.next().subject()).isEqualTo("job.succeeded");
    customer.send("second", SECOND);
    var id = JobId.ofMessage("default", "jobs", "second");
    var events = serve.address().resolve("/v1/jobs/" + id + "/events");
    try (var http = HttpClient.newHttpClient()) {
      Eventually.that("the job is known", () -> status(http, events) == 200);
      try (var lines = http.send(to(events), BodyHandlers.ofLines()).body()) {
        assertThat(lines.anyMatch(line -> line.equals("event: output"))).isTrue();
      }
      http.shutdownNow();
    }
  }

  private static int status(HttpClient http, URI address) {
    try {
      var answer = http.send(to(address), BodyHandlers.ofInputStream());
      answer.body().close();
      return answer.statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpRequest to(URI address) {
    return HttpRequest.newBuilder(address).header("Accept", "text/event-stream").build();
  }

  private Tree continued() throws IOException, InterruptedException {
    try (var again = ServeProcess.start(folder);
        var customer = new Customer(again.connectionString())) {
      var received = customer.next();
      assertThat(received.subject()).isEqualTo("job.succeeded");
      assertThat(received.job().text("response")).contains("x is 5");
      assertThat(again.terminate()).isEqualTo(0);
      return received.job();
    }
  }
}
