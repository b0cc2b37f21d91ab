package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsCommandTest {
  private static final Path PYTHON = Path.of(".venv/bin/python").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void a_port_that_is_taken_is_said_in_one_sentence() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var err = new StringWriter();

      int code = run(err, "--port", Integer.toString(other.getLocalPort()));

      assertThat(code).isEqualTo(2);
      assertThat(err.toString())
          .startsWith("Port " + other.getLocalPort() + " is taken")
          .hasLineCount(1);
    }
  }

  @Test
  void a_python_that_is_missing_is_said_in_one_sentence() throws IOException {
    Files.writeString(folder.resolve(".env"), "MILLRACE_SESSIONS_LOCAL_PYTHON=/nowhere/python");
    var err = new StringWriter();

    assertThat(run(err)).isEqualTo(2);

    assertThat(err.toString())
        .contains("/nowhere/python cannot be started. Run executor/prepare")
        .hasLineCount(1);
  }

  private int run(StringWriter err, String... options) {
    var arguments = new ArrayList<>(List.of("sessions"));
    arguments.addAll(List.of(options));
    return Main.commandLine(folder.resolve(".env"))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  /** Ctrl-C and a kill that nobody can catch. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void it_serves_whoever_shows_the_token_and_leaves_no_process_behind(boolean killed)
      throws Exception {
    Needs.present("the Python of the executor", Files.exists(PYTHON), "executor/prepare");
    Process process = start();
    List<ProcessHandle> family = new ArrayList<>();
    try {
      JsonNode door = door(process);

      String answer =
          execute(door.get("endpoint").getStringValue(), door.get("token").getStringValue());

      assertThat(answer).contains("\"executionResult\":42");
      process.descendants().forEach(family::add);
      assertThat(family).hasSizeGreaterThan(2);
    } finally {
      if (killed) {
        process.destroyForcibly();
      } else {
        process.destroy();
      }
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    for (ProcessHandle each : family) {
      each.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  private Process start() throws IOException {
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "sessions");
    builder.environment().put("MILLRACE_SESSIONS_LOCAL_PYTHON", PYTHON.toString());
    return builder
        .directory(folder.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static JsonNode door(Process process) throws IOException {
    String line = process.inputReader(StandardCharsets.UTF_8).readLine();
    assertThat(line).as("the line it prints").isNotNull();
    return Json.MAPPER.readValue(line, JsonNode.class);
  }

  private static String execute(String endpoint, String token) throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    endpoint + "/executions?api-version=2025-10-02-preview&identifier=somebody"))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"code\": \"6 * 7\"}"))
            .build();
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }
}
