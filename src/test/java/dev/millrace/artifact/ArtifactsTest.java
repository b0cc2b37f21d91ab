package dev.millrace.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.SettableClock;
import dev.millrace.job.Artifact;
import dev.millrace.job.Digest;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArtifactsTest {
  private static final Folder FIRST = Folder.of(new JobRef("default", new JobId("j1")));
  private static final Folder SECOND = Folder.of(new JobRef("default", new JobId("j2")));

  private final List<Long> sizes = new ArrayList<>();
  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage =
      new MemoryStorage(clock) {
        @Override
        public boolean putIfAbsent(String name, InputStream bytes, long length) {
          boolean put = super.putIfAbsent(name, bytes, length);
          if (put) {
            sizes.add(length);
          }
          return put;
        }
      };
  private final Artifacts artifacts = new Artifacts(storage);

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_file_is_kept_under_its_hash_in_its_owner_s_folder() {
    var kept = artifacts.keep(FIRST, text("hello"));

    String sha256 = Digest.sha256("hello".getBytes(StandardCharsets.UTF_8));
    assertThat(kept).isEqualTo(new Artifacts.Kept(sha256, 5, "jobs/default/j1/files/" + sha256));
    assertThat(storage.bytes(kept.blob())).asString().isEqualTo("hello");
  }

  @Test
  void the_same_content_is_kept_once_in_each_folder() {
    var once = artifacts.keep(FIRST, text("hello"));
    var again = artifacts.keep(FIRST, text("hello"));
    artifacts.keep(SECOND, text("hello"));

    assertThat(again).isEqualTo(once);
    assertThat(sizes).containsExactly(5L, 5L);
  }

  @Test
  void an_empty_file_is_a_file() {
    var kept = artifacts.keep(FIRST, InputStream.nullInputStream());

    assertThat(kept.size()).isZero();
    assertThat(storage.stat(kept.blob())).isPresent();
  }

  @Test
  void a_copy_is_the_copier_s_own() {
    var kept = artifacts.keep(FIRST, text("hello"));

    var copy = artifacts.copy(FIRST, kept.sha256(), SECOND);
    storage.deleteAll("jobs/default/j1/");

    assertThat(copy.sha256()).isEqualTo(kept.sha256());
    assertThat(storage.bytes(copy.blob())).asString().isEqualTo("hello");
  }

  @Test
  void a_copy_of_what_is_not_there_says_so() {
    assertThatThrownBy(() -> artifacts.copy(FIRST, "abc", SECOND))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("jobs/default/j1/files/abc");
  }

  @Test
  void an_upload_becomes_the_job_s_own_file() {
    artifacts.upload("default", "u1", text("hello"));

    var kept = artifacts.adopt(FIRST, "default", "u1").orElseThrow();
    artifacts.forget("default", "u1");

    assertThat(storage.bytes(kept.blob())).asString().isEqualTo("hello");
  }

  @Test
  void an_upload_is_forgotten_once_it_is_old() {
    artifacts.upload("default", "old", text("hello"));
    clock.advance(Duration.ofHours(2));
    artifacts.upload("default", "new", text("hello"));

    artifacts.forgetUploads(Duration.ofHours(1));

    assertThat(artifacts.uploaded("default", "old")).isFalse();
    assertThat(artifacts.uploaded("default", "new")).isTrue();
  }

  @Test
  void another_tenant_s_upload_is_none() {
    artifacts.upload("other", "u1", text("hello"));

    assertThat(artifacts.adopt(FIRST, "default", "u1")).isEmpty();
    assertThat(artifacts.adopt(FIRST, "default", "../other/u1")).isEmpty();
  }

  @Test
  void a_part_of_a_file_can_be_read() throws Exception {
    var kept = artifacts.keep(FIRST, text("hello"));
    var artifact = new Artifact("a.txt", "text/plain", 5, kept.sha256(), 2, kept.blob());

    assertThat(artifacts.open(artifact, 1, 3).orElseThrow().readAllBytes())
        .asString()
        .isEqualTo("ell");
    assertThat(artifacts.open(artifact, 9, 3).orElseThrow().readAllBytes()).isEmpty();
  }

  /** The stream hands out one small piece at a time, so that nobody has read it whole at once. */
  @Test
  void twenty_megabytes_pass_through_in_pieces() {
    int length = 20 << 20;
    var random = new Random(7);
    var largest = new int[1];
    var stream =
        new InputStream() {
          private int left = length;

          @Override
          public int read() {
            throw new IllegalStateException("read one by one");
          }

          @Override
          public int read(byte[] buffer, int offset, int count) {
            largest[0] = Math.max(largest[0], count);
            int given = Math.min(left, Math.min(count, 8192));
            for (int i = 0; i < given; i++) {
              buffer[offset + i] = (byte) random.nextInt();
            }
            left -= given;
            return given == 0 ? -1 : given;
          }
        };

    var kept = artifacts.keep(FIRST, stream);

    assertThat(kept.size()).isEqualTo(length);
    assertThat(largest[0]).isLessThan(1 << 20);
    assertThat(Digest.sha256(storage.bytes(kept.blob()))).isEqualTo(kept.sha256());
  }

  @Test
  void a_stream_that_breaks_leaves_nothing_and_may_work_later() {
    var broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("cut");
          }
        };

    assertThatThrownBy(() -> artifacts.keep(FIRST, broken)).isInstanceOf(Unavailable.class);
    assertThat(storage.names()).isEmpty();
  }
}
