package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.storage.Layout;
import dev.millrace.storage.MemoryStorage;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexTest {
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = new MemoryStorage(clock);
  private final Index index = new Index(storage);

  @Test
  void an_open_job_is_listed_with_its_age_until_it_is_closed() {
    index.opening(JOB, clock.instant());
    clock.advance(Duration.ofSeconds(90));

    assertThat(index.open(null).jobs())
        .containsExactly(new Index.Open.Entry(JOB, Duration.ofSeconds(90)));

    index.closed(JOB);
    index.closed(JOB);
    assertThat(index.open(null).jobs()).isEmpty();
  }

  @Test
  void opening_twice_is_opening_once() {
    index.opening(JOB, clock.instant());
    index.opening(JOB, clock.instant());

    assertThat(storage.names()).hasSize(2).contains("open/default/j1");
  }

  @Test
  void every_open_job_is_on_exactly_one_page() {
    for (int i = 0; i < 1201; i++) {
      index.opening(new JobRef("default", new JobId("j" + i)), clock.instant());
    }

    var seen = new ArrayList<JobRef>();
    var pages = new ArrayList<Integer>();
    String continuation = null;
    do {
      Index.Open page = index.open(continuation);
      page.jobs().forEach(entry -> seen.add(entry.job()));
      pages.add(page.jobs().size());
      continuation = page.next();
    } while (continuation != null);

    assertThat(seen).hasSize(1201).doesNotHaveDuplicates();
    assertThat(pages).isEqualTo(List.of(500, 500, 201));
  }

  /** A file manager's leftovers, for example. */
  @Test
  void what_is_no_job_of_ours_is_passed_over() {
    storage.putIfAbsent("open/.DS_Store", InputStream.nullInputStream(), 0);
    storage.putIfAbsent("open/default/.DS_Store", InputStream.nullInputStream(), 0);
    index.opening(JOB, clock.instant());

    assertThat(index.open(null).jobs()).extracting(Index.Open.Entry::job).containsExactly(JOB);
  }

  @Test
  void a_deleted_job_is_known_to_be_gone() {
    assertThat(index.gone(JOB)).isFalse();

    storage.putIfAbsent(Layout.gone(JOB), InputStream.nullInputStream(), 0);

    assertThat(index.gone(JOB)).isTrue();
  }
}
