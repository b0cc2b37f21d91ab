package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others make of the OpenAPI document, with a server as it is started on a laptop. */
@Tag("full")
class PublicClientsTest {
  private static final Path PYTHON = Path.of("src/test/python").toAbsolutePath();

  @TempDir static Path folder;
  private static ServeProcess server;

  @BeforeAll
  static void start() throws Exception {
    Needs.present(
        "schemathesis and openapi-python-client from PyPI",
        run(folder, PYTHON.resolve("prepare").toString()).code() == 0,
        "run src/test/python/prepare where a package index can be reached");
    server = ServeProcess.start(Files.createDirectory(folder.resolve("server")));
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private record Outcome(int code, String printed) {}

  /** A tool of Python's, or a program. */
  private static Outcome run(Path directory, String... command) throws Exception {
    var builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(Map.of("NO_COLOR", "1", "PYTHONIOENCODING", "utf-8"));
    var process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), printed);
  }

  private static String tool(String name) {
    return PYTHON.resolve("venv/bin").resolve(name).toString();
  }

  /**
   * Not asked: that whatever follows the document is accepted, as which agents and uploads there
   * are is not in it; and that nobody comes in without a token, as here everybody does.
   */
  @Test
  void no_request_made_of_the_document_finds_a_fault_or_an_answer_that_is_not_in_it()
      throws Exception {
    var outcome =
        run(
            folder,
            tool("schemathesis"),
            "--config-file",
            PYTHON.resolve("schemathesis.toml").toString(),
            "run",
            server.address() + "/openapi.yml",
            "--checks",
            "all",
            "--exclude-checks",
            "positive_data_acceptance,ignored_auth",
            "--generation-with-security-parameters",
            "false",
            "--phases",
            "examples,coverage,fuzzing,stateful",
            "--max-examples",
            "25",
            "--generation-deterministic",
            "--suppress-health-check",
            "all",
            "--request-timeout",
            "60");

    assertThat(outcome.code()).as(outcome.printed()).isZero();
    assertThat(outcome.printed()).contains("Test cases:");
  }

  @Test
  void a_generated_client_submits_a_job_with_a_file_and_reads_what_it_left() throws Exception {
    var generated =
        run(
            folder,
            tool("openapi-python-client"),
            "generate",
            "--url",
            server.address() + "/openapi.yml",
            "--output-path",
            "client");
    assertThat(generated.code()).as(generated.printed()).isZero();

    var used =
        run(
            folder,
            tool("python"),
            PYTHON.resolve("generated_client.py").toString(),
            server.address().toString(),
            folder.resolve("client").toString());
    assertThat(used.code()).as(used.printed()).isZero();
    assertThat(used.printed()).contains("figure-1.png");
  }
}
