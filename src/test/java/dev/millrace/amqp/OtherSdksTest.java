package dev.millrace.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SDKs of other languages against {@code ./millrace bus}, each by a script of its own. */
@Tag("full")
class OtherSdksTest {
  private static final Path NODE = Path.of("src/test/node");
  private static final Path PYTHON = Path.of("src/test/python");

  @Test
  void the_javascript_sdk_sends_receives_settles_and_keeps_rules(@TempDir Path data)
      throws IOException, InterruptedException {
    Needs.present(
        "@azure/service-bus from npm",
        Files.isDirectory(NODE.resolve("node_modules/@azure/service-bus")),
        "run src/test/node/prepare where npm and a registry can be reached");

    smoke(data, 8, "node", NODE.resolve("bus-smoke.mjs").toString());
  }

  @Test
  void the_python_sdk_sends_receives_and_settles(@TempDir Path data)
      throws IOException, InterruptedException {
    var prepared = run(PYTHON.resolve("prepare").toString());
    Needs.present(
        "azure-servicebus from PyPI",
        prepared.code() == 0,
        "run src/test/python/prepare where a package index can be reached");

    smoke(
        data,
        7,
        PYTHON.resolve("venv/bin/python").toString(),
        PYTHON.resolve("bus_smoke.py").toString());
  }

  private static void smoke(Path data, int checks, String interpreter, String script)
      throws IOException, InterruptedException {
    var config = "src/test/resources/dev/millrace/amqp/smoke.json";
    try (var bus = BusProcess.start(data, 0, "--config", config)) {
      var outcome = run(interpreter, script, bus.connectionString());

      assertThat(outcome.code()).as(outcome.output()).isZero();
      assertThat(outcome.output().lines().filter(line -> line.startsWith("ok ")))
          .as(outcome.output())
          .hasSize(checks);
    }
  }

  private record Outcome(int code, String output) {}

  private static Outcome run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}
