package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.storage.disk.DiskStorage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void the_command_that_is_named_is_described_alone_and_all_are_where_none_is() {
    assertThat(Main.commandLine(folder, "run", "--help").getSubcommands()).containsOnlyKeys("run");
    assertThat(Main.commandLine(folder, "rnu").getSubcommands())
        .containsOnlyKeys("bus", "demo", "doctor", "run", "serve", "sessions", "warm");
  }

  @Test
  void the_doctor_says_what_is_used_and_how_to_mend_what_is_wrong() throws IOException {
    set(
        "MILLRACE_STORAGE_DIRECTORY=" + folder.resolve("data"),
        "MILLRACE_SESSIONS_LOCAL_PYTHON=" + folder.resolve("none"));

    assertThat(run("doctor", "--ask")).isEqualTo(1);

    assertThat(out.toString())
        .contains("ok     storage   disk, " + folder.resolve("data"))
        .contains("ok     bus       local, " + folder.resolve("data/bus"))
        .contains("ok     model     rehearsal, this process, answers")
        .contains("WRONG  sessions  the local session pool needs Python")
        .contains("executor/prepare");
    try (var storage = DiskStorage.open(folder.resolve("data"), InstantSource.system())) {
      assertThat(storage.list("", null, 10).entries())
          .allMatch(entry -> entry.name().startsWith("secret"));
    }
  }

  @Test
  void the_doctor_may_be_asked_while_a_server_runs_and_leaves_its_data_alone() throws IOException {
    set(
        "MILLRACE_STORAGE_DIRECTORY=" + folder,
        "MILLRACE_SESSIONS_LOCAL_PYTHON=" + folder.resolve("none"));

    try (var owner = DiskStorage.open(folder, InstantSource.system())) {
      owner.publishUrl("http://localhost:1");
      run("doctor");
      assertThat(owner.list("", null, 10).entries()).isEmpty();
    }

    assertThat(out.toString())
        .contains("process %d has".formatted(ProcessHandle.current().pid()))
        .contains("serves http://localhost:1")
        .contains("ok     storage   disk, the server's; tried in another folder")
        .contains("ok     bus       local, the server's; tried in another folder")
        .contains("ok     model     rehearsal, this process, not asked");
  }

  @Test
  void a_setting_that_decides_where_a_part_is_hides_no_other_finding() throws IOException {
    set("MILLRACE_BUS_PORT=99999", "MILLRACE_HTTP_PORT=77777");

    assertThat(run("serve")).isEqualTo(2);

    assertThat(err.toString())
        .startsWith("Mend this, then start again:")
        .contains("  millrace.bus.port (MILLRACE_BUS_PORT) must be")
        .contains("  millrace.http.port (MILLRACE_HTTP_PORT) must be")
        .hasLineCount(3);
  }

  @Test
  void all_ports_that_are_taken_are_said_at_once() throws IOException {
    try (var bus = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      set(
          "MILLRACE_STORAGE_DIRECTORY=" + folder.resolve("data"),
          "MILLRACE_BUS_PORT=" + bus.getLocalPort(),
          "MILLRACE_HTTP_PORT=" + http.getLocalPort());

      assertThat(run("serve")).isEqualTo(2);

      assertThat(err.toString())
          .contains("Port %d is taken".formatted(bus.getLocalPort()))
          .contains("cannot listen on port %d".formatted(http.getLocalPort()));
    }
  }

  @Test
  void a_setting_of_the_wrong_kind_is_refused_in_words_that_no_programmer_needs()
      throws IOException {
    set("MILLRACE_HTTP_PORT=abc", "MILLRACE_BUS_LOCK=soon");

    assertThat(run("serve")).isEqualTo(2);

    assertThat(err.toString())
        .contains("(MILLRACE_HTTP_PORT) must be a whole number, not abc.")
        .contains("(MILLRACE_BUS_LOCK) must be a time such as 30s or 5m, not soon.");
  }

  @Test
  void a_data_directory_of_somebody_else_is_named_with_its_owner() throws IOException {
    set("MILLRACE_STORAGE_DIRECTORY=" + folder);

    try (var owner = DiskStorage.open(folder, InstantSource.system())) {
      assertThat(run("serve")).isEqualTo(2);
    }

    assertThat(err.toString())
        .startsWith("The data directory " + folder.toRealPath())
        .contains("belongs to process " + ProcessHandle.current().pid())
        .hasLineCount(1);
  }

  @Test
  void a_data_directory_below_a_file_says_so() throws IOException {
    var file = Files.createFile(folder.resolve("file"));
    set("MILLRACE_STORAGE_DIRECTORY=" + file.resolve("data"));

    assertThat(run("serve")).isEqualTo(2);

    assertThat(err.toString()).contains(file + " is a file").hasLineCount(1);
  }

  @Test
  void a_job_is_not_begun_where_no_code_can_run() throws IOException {
    set(
        "MILLRACE_STORAGE_DIRECTORY=" + folder.resolve("data"),
        "MILLRACE_SESSIONS_LOCAL_PYTHON=" + folder.resolve("none"));

    assertThat(run("run", "What is 6 * 7?")).isEqualTo(2);

    assertThat(err.toString()).contains(folder.resolve("none").toString());
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void all_that_is_wrong_with_the_settings_is_said_at_once() throws IOException {
    set(
        "MILLRACE_STORAGE_DIRECTORY=~/data",
        "MILLRACE_STORAGE_BLOB_ENDPOINT=http://127.0.0.1:10000/account",
        "MILLRACE_STORAGE_BLOB_CONNECTION_STRING=geheim",
        "MILLRACE_STORAGE_BLOB_CONTAINER=Mill_race");

    assertThat(run("serve")).isEqualTo(2);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .startsWith("Mend this, then start again:")
        .contains("  millrace.storage.directory (MILLRACE_STORAGE_DIRECTORY) begins with ~")
        .contains("  millrace.storage.blob.endpoint (MILLRACE_STORAGE_BLOB_ENDPOINT) must be like")
        .contains("  millrace.storage.blob.container (MILLRACE_STORAGE_BLOB_CONTAINER) must be")
        .contains("are both set")
        .contains("  millrace.secret (MILLRACE_SECRET) is missing")
        .doesNotContain("geheim")
        .hasLineCount(7);
  }

  @Test
  void a_line_of_the_env_file_that_cannot_be_read_is_no_fault_of_the_program() throws IOException {
    set("not a setting");

    assertThat(run("serve")).isEqualTo(2);

    assertThat(err.toString()).contains("line 2 is not NAME=value").hasLineCount(2);
  }

  @Test
  void an_unknown_command_is_answered_with_the_nearest_one() {
    assertThat(run("dmo")).isEqualTo(2);
    assertThat(err.toString()).contains("'dmo'", "millrace demo", "./millrace --help");
  }

  @Test
  void no_command_is_answered_with_where_to_look() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("./millrace --help");
  }

  private void set(String... lines) throws IOException {
    var all = Stream.concat(Stream.of("MILLRACE_BUS_PORT=0"), Stream.of(lines)).toList();
    Files.write(folder.resolve(".env"), all);
  }

  private int run(String... args) {
    return Main.commandLine(folder.resolve(".env"))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
