package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Needs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others, who wrote none of it, make of the published documents. */
class PublishedTest {
  private static final Path NODE = Path.of("src/test/node");

  @TempDir Path directory;

  @Test
  void both_documents_are_what_they_say_they_are() throws Exception {
    Needs.present(
        "@asyncapi/parser from npm",
        Files.isDirectory(NODE.resolve("node_modules/@asyncapi/parser")),
        "run src/test/node/prepare where npm and a registry can be reached");
    try (var server = new TestServer(directory)) {
      var check =
          new ProcessBuilder(
                  "node",
                  NODE.resolve("check-documents.mjs").toString(),
                  "http://127.0.0.1:" + server.port())
              .redirectErrorStream(true)
              .start();
      String printed = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(check.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(printed).isEmpty();
      assertThat(check.exitValue()).isZero();
    }
  }
}
