package dev.millrace.session.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.SettableClock;
import dev.millrace.ToldPauses;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Execution;
import dev.millrace.session.SessionFile;
import dev.millrace.session.SessionPoolContract;
import dev.millrace.session.rest.ApiVersion;
import dev.millrace.session.rest.Bench;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The client on the golden answers that the executor's own tests hold it to. */
class StoriesTest {

  private abstract static class Flat extends SessionPoolContract {
    private final ApiVersion api;
    private final List<AutoCloseable> open = new ArrayList<>();
    private StoryPool pool;

    Flat(String api) {
      this.api = new ApiVersion(api);
    }

    @Override
    protected CodeSession session(String story) throws IOException {
      pool = new StoryPool(story, api, OPERATION);
      open.add(pool);
      return on(pool, api, open);
    }

    @AfterEach
    void close() throws Exception {
      pool.nothingUnexpected("GET /session", "GET /files/none.csv", "DELETE /session");
      for (AutoCloseable each : open.reversed()) {
        each.close();
      }
    }
  }

  private static CodeSession on(StoryPool pool, ApiVersion api, List<AutoCloseable> open) {
    var clock = new SettableClock();
    var client = Bench.client(pool, api, new ToldPauses(clock));
    open.add(client);
    return new RestPool(client, PoolKind.LOCAL, SessionBench.SECRET, clock)
        .session(SessionBench.HOLDER);
  }

  @Nested
  class Newest extends Flat {
    Newest() {
      super("2025-10-02-preview");
    }

    @Test
    void files_of_every_directory_are_listed() throws IOException {
      var session = session("files-nested");

      session.put("out/ü b.csv", content("1"));
      session.put("out/deep/c.csv", content("22"));

      assertThat(session.files().files())
          .extracting(SessionFile::path)
          .containsExactlyInAnyOrder("out/ü b.csv", "out/deep/c.csv");
      assertThat(text(session, "out/deep/c.csv")).isEqualTo("22");
    }
  }

  @Nested
  class Middle extends Flat {
    Middle() {
      super("2025-02-02-preview");
    }
  }

  /** The first generation knows no executions and no sessions. */
  @Nested
  class Oldest {
    private final List<AutoCloseable> open = new ArrayList<>();

    private CodeSession session(String story) throws IOException {
      var api = new ApiVersion("2024-02-02-preview");
      var pool = new StoryPool(story, api, "e");
      open.add(pool);
      return on(pool, api, open);
    }

    @AfterEach
    void close() throws Exception {
      for (AutoCloseable each : open.reversed()) {
        each.close();
      }
    }

    @Test
    void code_runs_and_fails() throws IOException {
      var session = session("wrapped-run");

      Execution good = session.run("e1", "print('hi')\n6 * 7", java.time.Duration.ofMinutes(1));
      Execution bad = session.run("e2", "1 / 0", java.time.Duration.ofMinutes(1));

      assertThat(good.outcome().stdout()).isEqualTo("hi\n");
      assertThat(good.outcome().result()).isEqualTo("42");
      assertThat(bad.outcome().error()).isEqualTo("ZeroDivisionError: division by zero");
      assertThat(bad.outcome().result()).isNull();
      assertThat(session.find("e1", SettableClock.NOON)).isEmpty();
      assertThat(session.createdAt()).isEmpty();
    }

    @Test
    void files_go_in_and_out() throws IOException {
      var session = session("wrapped-files");

      session.put("a.csv", () -> java.io.InputStream.nullInputStream());
      session.put("sub/b.csv", () -> java.io.InputStream.nullInputStream());

      assertThat(session.files().files())
          .extracting(SessionFile::path, SessionFile::size)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("a.csv", 2L),
              org.assertj.core.groups.Tuple.tuple("sub/b.csv", 5L));
      try (var bytes = session.open("sub/b.csv").orElseThrow()) {
        assertThat(new String(bytes.readAllBytes())).isEqualTo("12345");
      }
    }
  }
}
