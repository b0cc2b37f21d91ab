package dev.millrace.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes want one directory, or one is killed in the middle of its work. */
class ProcessesTest {
  @TempDir Path directory;

  private DiskStorage open() {
    return DiskStorage.open(directory, InstantSource.system());
  }

  @Test
  void a_new_data_directory_is_for_this_user_alone() throws Exception {
    Path made = directory.resolve("made").resolve("here");

    DiskStorage.open(made, InstantSource.system()).close();

    assertThat(Files.getPosixFilePermissions(made))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void a_data_directory_that_is_there_is_closed_to_others_but_not_to_its_group() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

    open().close();

    assertThat(Files.getPosixFilePermissions(directory))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
  }

  @Test
  void a_second_process_is_refused_and_told_whom_to_ask() throws Exception {
    try (var storage = open()) {
      storage.publishUrl("http://127.0.0.1:8080");

      Process second = OtherProcess.start("open", directory);

      try (var said = second.inputReader()) {
        assertThat(said.readLine())
            .contains("The data directory " + directory.toRealPath())
            .contains("process " + ProcessHandle.current().pid())
            .contains("which serves http://127.0.0.1:8080")
            .contains("stop it first");
      }
      assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(storage.create("still/ours")).isTrue();
    }
  }

  @Test
  void the_owner_is_known_while_it_lives_and_replaced_when_it_is_dead() throws Exception {
    assertThat(DiskStorage.owner(directory)).isEmpty();
    Process first = OtherProcess.start("open", directory);
    try (var said = first.inputReader()) {
      assertThat(said.readLine()).isEqualTo("open");
      var owner = DiskStorage.owner(directory).orElseThrow();
      assertThat(owner.pid()).isEqualTo(first.pid());
      assertThat(owner.url()).contains("http://127.0.0.1:4711");
      assertThatThrownBy(this::open)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("process " + first.pid());
    } finally {
      first.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }

    assertThat(directory.resolve("owner")).exists();
    assertThat(DiskStorage.owner(directory)).isEmpty();
    try (var storage = open()) {
      assertThat(storage.create("a")).isTrue();
      assertThat(DiskStorage.owner(directory).orElseThrow().pid())
          .isEqualTo(ProcessHandle.current().pid());
    }
    assertThat(DiskStorage.owner(directory)).isEmpty();
  }

  @Test
  void a_process_with_the_number_of_a_dead_owner_is_not_the_owner() throws Exception {
    long pid = ProcessHandle.current().pid();
    Files.writeString(
        directory.resolve("owner"), pid + "\n2001-01-01T00:00:00Z\nhttp://127.0.0.1:1\n");

    assertThat(DiskStorage.owner(directory)).isEmpty();
    open().close();
  }

  @Test
  void a_second_store_in_one_process_is_refused_and_does_not_harm_the_first() throws Exception {
    try (var storage = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("belongs to process");
      assertThat(storage.create("a")).isTrue();

      Process second = OtherProcess.start("open", directory);

      try (var said = second.inputReader()) {
        assertThat(said.readLine()).contains("belongs to process");
      }
    }
    open().close();
  }

  @Test
  void a_killed_process_kept_every_append_it_acknowledged() throws Exception {
    kill(5, 20_261_120);
  }

  @Test
  @Tag("full")
  void a_process_killed_thirty_times_kept_every_append_it_acknowledged() throws Exception {
    kill(30, 1);
  }

  /** Every process goes on where the one before was killed. */
  private void kill(int times, long seed) throws Exception {
    var random = new Random(seed);
    Map<String, Long> acknowledged = new HashMap<>();
    for (int i = 0; i < times; i++) {
      Process process = OtherProcess.start("write", directory);
      try (BufferedReader said = process.inputReader()) {
        int lines = 1 + random.nextInt(3000);
        for (int line = 0; line < lines; line++) {
          note(said.readLine(), acknowledged);
        }
        // By its handle, which leaves what it said last to be read.
        process.toHandle().destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          note(line, acknowledged);
        }
      }
      check(acknowledged);
    }
    assertThat(acknowledged).hasSizeGreaterThan(16);
  }

  /** A kill may cut the last line; a number cut short is still a length that was acknowledged. */
  private static void note(String line, Map<String, Long> acknowledged) {
    assertThat(line).isNotNull().doesNotStartWith("failed");
    int space = line.indexOf(' ');
    if (space > 0 && space < line.length() - 1) {
      long length = Long.parseLong(line.substring(space + 1));
      acknowledged.merge(line.substring(0, space), length, Math::max);
    }
  }

  private void check(Map<String, Long> acknowledged) throws IOException {
    try (var storage = open()) {
      for (var log : acknowledged.entrySet()) {
        try (var bytes = storage.open(log.getKey(), 0, Long.MAX_VALUE).orElseThrow()) {
          byte[] content = bytes.readAllBytes();
          assertThat((long) content.length).as(log.getKey()).isGreaterThanOrEqualTo(log.getValue());
          assertThat(content.length % 300).isZero();
          for (int at = 0; at < content.length; at++) {
            if (content[at] != 'a' + at / 300 % 26) {
              throw new AssertionError(log.getKey() + " is wrong at byte " + at);
            }
          }
        }
      }
    }
  }
}
