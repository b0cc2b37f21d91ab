package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class RunCommandTest {
  private static final String END = "event: end\ndata: {}\n\n";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private StubServer server;
  private String input = "";
  private boolean terminal;

  @TempDir Path folder;

  @BeforeEach
  void start() throws IOException {
    server = new StubServer();
    server.on("POST /v1/jobs", 202, "{\"id\": \"j1\", \"status\": \"queued\"}");
    events(END);
    job("succeeded", "\"response\": \"42\"");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void the_answer_alone_goes_to_the_output() {
    assertThat(run("What is 6 * 7?", "--agent", "chat", "--session", "s")).isEqualTo(0);

    assertThat(out).hasToString("42" + System.lineSeparator());
    var submitted = server.asked.getFirst();
    assertThat(Tree.read(submitted.body()).fields())
        .containsEntry("message", "What is 6 * 7?")
        .containsEntry("agent", "chat")
        .containsEntry("sessionId", "s");
    assertThat(submitted.header("Idempotency-key")).isNotEmpty();
  }

  @Test
  void a_prompt_may_come_from_the_input() {
    input = "Count.\nSlowly.\n";

    assertThat(run("-")).isEqualTo(0);

    assertThat(Tree.read(server.asked.getFirst().body()).text("message"))
        .isEqualTo("Count.\nSlowly.\n");
  }

  @Test
  void steps_code_and_output_are_shown_while_they_come_and_output_only_once() {
    events(
        """
        : a sign of life

        event: status
        data: {"status": "running"}

        id: 3
        event: step
        data: {"n": 1, "type": "model", "text": "I will.", "toolCalls": [{"name": "run_python", "arguments": {"code": "x = 1\\nprint(x)"}}]}

        event: output
        data: {"step": 2, "stream": "stdout", "delta": "on"}

        event: output
        data: {"step": 2, "stream": "stdout", "delta": "e\\ntwo\\n"}

        id: 4
        event: step
        data: {"n": 2, "type": "tool", "stdout": "one\\ntwo\\n", "error": null, "note": "sales.csv is not there", "artifacts": ["figure-1.png"]}

        id: 5
        event: step
        data: {"n": 3, "type": "model", "text": "42", "toolCalls": []}

        event: end
        data: {}

        """);

    assertThat(run("go")).isEqualTo(0);

    assertThat(err.toString().lines())
        .containsExactly(
            "I will.",
            "> run_python",
            "    x = 1",
            "    print(x)",
            "  | one",
            "  | two",
            "  * sales.csv is not there",
            "  + figure-1.png");
  }

  @Test
  void words_are_shown_while_they_come_and_not_again_with_their_step() {
    events(
        words(1, "Let me")
            + words(1, " see.\n  So")
            + step(1, "Let me see.\n  So", "[{\"name\": \"run_python\"}]")
            + words(3, "4")
            + words(3, "2")
            + step(3, "42", "[]")
            + END);

    assertThat(run("go")).isEqualTo(0);

    assertThat(err.toString().lines()).containsExactly("Let me see.", "  So", "> run_python", "42");
    assertThat(out).hasToString("42" + System.lineSeparator());
  }

  @Test
  void a_terminal_that_has_seen_the_answer_come_does_not_see_it_again() {
    terminal = true;
    events(words(1, "\n4") + words(1, "2\n") + step(1, "42", "[]") + END);

    assertThat(run("go")).isEqualTo(0);

    assertThat(err).hasToString("42\n");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void words_that_were_missed_come_with_their_step_and_late_ones_not_at_all() {
    terminal = true;
    events(words(1, "4") + step(1, "42", "[]") + words(1, "2") + END);

    assertThat(run("go")).isEqualTo(0);

    assertThat(err).hasToString("42" + System.lineSeparator());
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void an_answer_that_only_an_earlier_step_has_said_is_printed() {
    terminal = true;
    events(
        words(1, "42") + step(1, "42", "[{\"name\": \"run_python\"}]") + step(3, "42", "[]") + END);

    assertThat(run("go")).isEqualTo(0);

    assertThat(out).hasToString("42" + System.lineSeparator());
  }

  @Test
  void an_answer_that_differs_from_the_words_that_came_is_printed() {
    terminal = true;
    events(words(1, "4") + words(1, "4") + words(1, "2") + step(1, "42", "[]") + END);

    assertThat(run("go")).isEqualTo(0);

    assertThat(err).hasToString("442" + System.lineSeparator());
    assertThat(out).hasToString("42" + System.lineSeparator());
  }

  @Test
  void a_connection_that_breaks_is_taken_up_behind_the_last_event() {
    String step =
        "id: %d\nevent: step\ndata: {\"n\": %d, \"type\": \"tool\", \"result\": \"r%d\"}\n\n";
    server.on(
        "GET /v1/jobs/j1/events",
        (exchange, number) ->
            StubServer.stream(
                exchange,
                number == 0
                    ? step.formatted(7, 1, 1) + "event: step\ndata: {\"n\": 2, \"ty"
                    : step.formatted(8, 2, 2) + END));

    assertThat(run("go")).isEqualTo(0);

    assertThat(err.toString().lines()).containsExactly("  = r1", "  = r2");
    assertThat(
            server.asked.stream()
                .filter(asked -> asked.what().endsWith("/events"))
                .map(asked -> asked.header("Last-event-id")))
        .containsExactly("", "7");
  }

  @Test
  void a_server_that_goes_away_is_waited_for_and_that_is_said_once() {
    server.on(
        "GET /v1/jobs/j1/events",
        (exchange, number) -> {
          if (number < 2) {
            exchange.close(); // as if nobody were there
          } else {
            StubServer.stream(exchange, END);
          }
        });

    assertThat(run("go")).isEqualTo(0);

    assertThat(err.toString().lines())
        .containsExactly("The server is away. Waiting for it, for about half a minute ...");
  }

  @ParameterizedTest
  @CsvSource({"succeeded, 0", "failed, 1", "incomplete, 4", "canceled, 5"})
  void how_a_job_ended_is_the_exit_code(String status, int code) {
    job(status, "\"stopReason\": \"why\", \"error\": {\"message\": \"It \\u001b[31mbroke.\"}");

    assertThat(run("go")).isEqualTo(code);

    assertThat(err.toString())
        .contains(status.equals("succeeded") ? "" : status + " (why). It broke.");
  }

  @Test
  void files_go_along_with_the_request() throws IOException {
    var sales = Files.writeString(folder.resolve("sa\"les.csv"), "a,b\n1,2\n");

    assertThat(run("go", "--file", sales.toString())).isEqualTo(0);

    var submitted = server.asked.getFirst();
    assertThat(submitted.header("Content-type")).startsWith("multipart/form-data; boundary=");
    assertThat(submitted.body())
        .contains("name=\"request\"", "\"message\":\"go\"")
        .contains("name=\"files\"; filename=\"sa%22les.csv\"", "a,b\n1,2\n");
  }

  @Test
  void files_of_the_job_are_saved_in_the_folder_and_nowhere_else() throws IOException {
    var out = folder.resolve("out");
    Files.createDirectories(out);
    Files.writeString(out.resolve("plot.png"), "mine");
    server.on("GET /v1/jobs/j1/artifacts/1", 200, "one");
    server.on("GET /v1/jobs/j1/artifacts/2", 200, "two!");
    job(
        "succeeded",
        """
        "artifacts": [
          {"name": "plot.png", "size": 3, "href": "/v1/jobs/j1/artifacts/1"},
          {"name": "../../etc/.pass\\u001b]0;x\\u0007wd", "size": 4, "href": "/v1/jobs/j1/artifacts/2"}]
        """);

    assertThat(run("go", "--out", out.toString())).isEqualTo(0);

    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("plot.png", "plot-2.png", "_passwd");
    }
    assertThat(out.resolve("plot.png")).hasContent("mine");
    assertThat(out.resolve("plot-2.png")).hasContent("one");
    assertThat(err.toString()).contains("saved " + out.resolve("_passwd"));
  }

  @Test
  void a_folder_that_cannot_be_made_costs_nobody_the_answer() throws IOException {
    server.on("GET /v1/jobs/j1/artifacts/1", 200, "one");
    job(
        "succeeded",
        """
        "response": "42",
        "artifacts": [{"name": "a", "size": 3, "href": "/v1/jobs/j1/artifacts/1"}]
        """);
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(run("go", "--out", file.resolve("below").toString())).isEqualTo(1);
    assertThat(out.toString().strip()).isEqualTo("42");
    assertThat(err.toString()).contains("could not be saved in " + file.resolve("below"));

    assertThat(run("go", "--out", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("--out: " + file + " is no folder.");

    assertThat(run("go", "--out", folder + "/none/../there")).isEqualTo(0);
    assertThat(folder.resolve("there/a")).hasContent("one");
  }

  @Test
  void a_file_at_another_server_is_not_fetched() {
    job(
        "succeeded",
        "\"artifacts\": [{\"name\": \"a\", \"size\": 1, \"href\": \"http://other.example/a\"}]");

    assertThat(run("go", "--out", folder.resolve("out").toString())).isEqualTo(1);

    assertThat(err.toString()).contains("another server");
  }

  @Test
  void a_long_answer_is_fetched_from_where_it_lies() {
    server.on("GET /v1/jobs/j1/files/aa", 200, "long");
    job("succeeded", "\"response\": null, \"responseFile\": {\"href\": \"/v1/jobs/j1/files/aa\"}");

    assertThat(run("go")).isEqualTo(0);

    assertThat(out.toString().strip()).isEqualTo("long");
  }

  @Test
  void what_a_model_has_written_cannot_do_anything_to_a_terminal() {
    events(
        "event: output\n"
            + "data: {\"step\": 1, \"delta\":"
            + " \"a\\u001b]52;c;eA==\\u0007b\\u009b31m\\u202ec\\u0008\"}\n\n"
            + END);
    job("succeeded", "\"response\": \"\\u001b[2Jhello\\u001b\"");

    assertThat(run("go")).isEqualTo(0);

    assertThat(err.toString().strip()).isEqualTo("| abc");
    assertThat(out.toString().strip()).isEqualTo("hello");
  }

  @Test
  void the_whole_job_as_json_is_for_programs_and_harmless_too() {
    job("succeeded", "\"response\": \"\\u001b[2J\u009b31m\u202eé\"");

    assertThat(run("go", "--json")).isEqualTo(0);

    assertThat(out.toString()).doesNotContain("\u009b", "\u202e").contains("\\u009b31m\\u202eé");
    assertThat(Tree.read(out.toString()).text("response")).isEqualTo("\u001b[2J\u009b31m\u202eé");
  }

  @Test
  void all_that_is_wrong_with_a_request_is_shown() {
    server.on(
        "POST /v1/jobs",
        400,
        """
        {"title": "Bad", "detail": "The request cannot be done.",
         "errors": [{"at": "/agent", "problem": "there is no agent x"}, {"at": "/a", "problem": "b"}]}
        """);

    assertThat(run("go", "--agent", "x")).isEqualTo(2);

    assertThat(err.toString().lines())
        .containsExactly("The request cannot be done.", "  /agent: there is no agent x", "  /a: b");
  }

  @Test
  void all_files_that_cannot_be_sent_are_named_before_anything_is_sent() {
    assertThat(run("go", "--file", "no-1", "--file", "no-2", "--file", folder.toString()))
        .isEqualTo(2);

    assertThat(err.toString())
        .contains("no file no-1", "no file no-2", folder + " is a directory")
        .hasLineCount(3);
    assertThat(server.asked).isEmpty();
  }

  @Test
  void a_server_that_is_not_there_is_named_with_what_to_do() {
    URI gone = server.address();
    server.close();

    assertThat(run(gone, "go")).isEqualTo(1);

    assertThat(err.toString()).contains(gone.toString(), "./millrace serve").hasLineCount(1);
  }

  @Test
  void without_a_server_everything_is_started_here_and_stopped_again() {
    var started = new boolean[2];
    var host =
        new Host() {
          @Override
          public Optional<URI> owner() {
            return Optional.empty();
          }

          @Override
          public Server start() {
            started[0] = true;
            return new Server() {
              @Override
              public URI address() {
                return server.address();
              }

              @Override
              public void close() {
                started[1] = true;
              }
            };
          }
        };

    assertThat(run(host, "go")).isEqualTo(0);

    assertThat(started).containsExactly(true, true);
  }

  private static String words(int step, String delta) {
    return "event: text\ndata: {\"step\": %d, \"delta\": \"%s\"}\n\n"
        .formatted(step, delta.replace("\n", "\\n"));
  }

  private static String step(int n, String text, String calls) {
    return "event: step\ndata: {\"n\": %d, \"type\": \"model\", \"text\": \"%s\", \"toolCalls\": %s}\n\n"
        .formatted(n, text.replace("\n", "\\n"), calls);
  }

  private void events(String events) {
    server.on("GET /v1/jobs/j1/events", (exchange, number) -> StubServer.stream(exchange, events));
  }

  private void job(String status, String more) {
    server.on(
        "GET /v1/jobs/j1", 200, "{\"id\": \"j1\", \"status\": \"%s\", %s}".formatted(status, more));
  }

  private int run(String... args) {
    return run(server.address(), args);
  }

  private int run(URI address, String... args) {
    var host =
        new Host() {
          @Override
          public Optional<URI> owner() {
            return Optional.of(address);
          }

          @Override
          public Server start() {
            throw new AssertionError("there is a server");
          }
        };
    return run(host, args);
  }

  private int run(Host host, String... args) {
    var in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    return new CommandLine(new RunCommand(host, in, terminal))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
