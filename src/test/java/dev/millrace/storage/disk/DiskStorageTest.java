package dev.millrace.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.storage.Storage;
import dev.millrace.storage.Storage.Append;
import dev.millrace.storage.StorageContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real disk, with what it promises seen from memory, from files, and between. */
class DiskStorageTest {

  abstract static class OnDisk extends StorageContract {
    @TempDir Path directory;
    private DiskStorage storage;

    abstract Tuning tuning();

    @BeforeEach
    void open() {
      storage = DiskStorage.open(directory, InstantSource.system(), tuning());
    }

    @AfterEach
    void closeAndPrune() throws IOException {
      List.copyOf(names("")).forEach(storage::delete);
      storage.close();
      try (var files = Files.list(directory.resolve("files"))) {
        assertThat(files).as("folders left behind").isEmpty();
      }
      try (var files = Files.list(directory.resolve("parked"))) {
        assertThat(files).as("bytes left behind").isEmpty();
      }
    }

    @Override
    protected Storage storage() {
      return storage;
    }

    /** An interrupt closes a channel; here it must not reach those who share it. */
    @Test
    void an_interrupted_caller_finishes_its_change_and_stays_interrupted() throws IOException {
      storage().create("log");
      long end = 0;
      for (int i = 0; i < 5; i++) {
        Thread.currentThread().interrupt();

        Append answer = storage().append("log", end, bytes("0123456789"));

        assertThat(Thread.interrupted()).isTrue();
        end += 10;
        assertThat(answer).isEqualTo(new Append.Done(end));
      }
      Thread.currentThread().interrupt();
      assertThat(text("log")).contains("0123456789".repeat(5));
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** As it runs: a short test sees memory, and the files when it closes. */
  @Nested
  class AsUsual extends OnDisk {
    @Override
    Tuning tuning() {
      return Tuning.USUAL;
    }
  }

  /** Every few changes start a checkpoint, so that reads meet it at every stage. */
  @Nested
  class WithCheckpointsAllTheTime extends OnDisk {
    @Override
    Tuning tuning() {
      return new Tuning(300, Duration.ofMillis(1), 1000, 600, 2, 1 << 16);
    }
  }

  /** Every call finds what the calls before it did in the files only. */
  @Nested
  class FromFiles extends OnDisk {
    @Override
    Tuning tuning() {
      return new Tuning(1 << 20, Duration.ZERO, 1000, 600, 2, 1 << 16);
    }

    @Override
    protected Storage storage() {
      try {
        ((DiskStorage) super.storage()).checkpoint();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      return super.storage();
    }
  }
}
