package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.amqp.BusProcess;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.setup.NamespaceSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void a_port_that_is_taken_is_one_sentence() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(run("--port", String.valueOf(other.getLocalPort()))).isEqualTo(2);

      assertThat(err)
          .hasToString(
              "Port %d is taken by another program. Stop it, or choose another port.%n"
                  .formatted(other.getLocalPort()));
    }
  }

  @Test
  void a_folder_that_another_has_open_is_named() {
    try (var other =
        Namespace.open(
            NamespaceSetup.ofMillrace(),
            folder.resolve("data"),
            InstantSource.system(),
            Namespace.Options.DEFAULT)) {
      assertThat(run("--port", "0")).isEqualTo(2);
    }

    assertThat(err.toString()).contains(folder.toString(), "is in use").hasLineCount(1);
  }

  @Test
  void a_port_that_cannot_be_is_refused() {
    assertThat(run("--port", "70000")).isEqualTo(2);

    assertThat(err.toString()).contains("0 to 65535, not 70000").hasLineCount(1);
  }

  @Test
  void a_configuration_that_is_not_there_is_named() {
    assertThat(run("--config", folder.resolve("missing.json").toString())).isEqualTo(2);

    assertThat(err.toString()).contains("missing.json: there is no such file").hasLineCount(1);
  }

  @Test
  void a_configuration_that_is_no_json_says_where() throws IOException {
    assertThat(run("--config", config("{\n  \"UserConfig\": }"))).isEqualTo(2);

    assertThat(err.toString()).contains("bus.json").contains("(line 2, column 17)");
  }

  @Test
  void all_that_is_wrong_with_a_configuration_is_said_at_once() throws IOException {
    var config =
        config(
            """
            {
              // as in the files of Microsoft's emulator
              "UserConfig": {
                "Namespaces": [
                  {
                    "Name": "test",
                    "Queues": [
                      {"Name": "a", "Properties": {"LockDuration": "soon"}},
                      {"Name": "b", "Properties": {"Colour": "red"}}
                    ]
                  }
                ]
              }
            }
            """);

    assertThat(run("--config", config)).isEqualTo(2);

    assertThat(err.toString())
        .startsWith("Mend this, then start again:")
        .contains("LockDuration")
        .contains("Colour")
        .hasLineCount(3);
  }

  @Test
  void it_says_how_to_connect_and_what_there_is() throws IOException, InterruptedException {
    var config =
        config(
            """
            {"UserConfig": {"Namespaces": [{"Name": "test",
              "Queues": [{"Name": "orders"}],
              "Topics": [{"Name": "news", "Subscriptions": [{"Name": "all"}]}]}]}}
            """);

    try (var bus = BusProcess.start(folder.resolve("data"), 0, "--config", config)) {
      assertThat(bus.connectionString())
          .matches(
              "Endpoint=sb://localhost:\\d+;SharedAccessKeyName=\\w+;SharedAccessKey=\\w+;"
                  + "UseDevelopmentEmulator=true;");
      assertThat(bus.greeting())
          .contains(
              "queue         orders", "topic         news", "subscription  news/Subscriptions/all");
    }
  }

  private String config(String json) throws IOException {
    return Files.writeString(folder.resolve("bus.json"), json).toString();
  }

  private int run(String... options) {
    var arguments = new java.util.ArrayList<>(java.util.List.of("bus", "--data"));
    arguments.add(folder.resolve("data").toString());
    arguments.addAll(java.util.List.of(options));
    return Main.commandLine(folder.resolve(".env"))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments.toArray(String[]::new));
  }
}
