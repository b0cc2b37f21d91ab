package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeFilesTest {
  private static final int GIBIBYTE = 1024;

  /** The file would not fit in six times. */
  private static final int HEAP = 160;

  @TempDir Path folder;

  @Test
  @Tag("full")
  void a_gibibyte_goes_up_and_down_through_a_small_heap() throws Exception {
    try (var server = new SmallServer(folder, HEAP)) {
      SmallServer.Sent sent = server.upload(GIBIBYTE);
      String job =
          server.submit(
              "{\"message\": \"Keep it.\", \"files\": [{\"name\": \"a\", \"uploadId\": \"%s\"}]}"
                  .formatted(sent.id()));

      assertThat(server.download("/v1/jobs/" + job + "/files/" + sent.sha256()))
          .isEqualTo((long) GIBIBYTE * SmallServer.MEBIBYTE);
      assertThat(server.heap()).isLessThan(HEAP);
    }
  }
}
