package dev.millrace.journal;

import dev.millrace.job.JobRef;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of jobs beside their logs: which are open, which are new, which are gone. */
public final class Index {
  private static final int PAGE = 500;

  private final Storage storage;

  public Index(Storage storage) {
    this.storage = storage;
  }

  /** Notes that a job is about to exist, before it does. */
  public void opening(JobRef job, Instant now) {
    put(Layout.open(job));
    put(Layout.recent(job, now));
  }

  private void put(String name) {
    storage.putIfAbsent(name, InputStream.nullInputStream(), 0);
  }

  /** Notes that nothing is left to be done for a job. */
  public void closed(JobRef job) {
    storage.delete(Layout.open(job));
  }

  /** Whether a job was deleted after its end. */
  public boolean gone(JobRef job) {
    return storage.stat(Layout.gone(job)).isPresent();
  }

  /**
   * Some of the open jobs.
   *
   * @param next the continuation of the following page; null when this is the last
   */
  public record Open(List<Entry> jobs, @Nullable String next) {
    /** One open job, and since when by the store's clock. */
    public record Entry(JobRef job, Duration age) {}
  }

  public Open open(@Nullable String continuation) {
    var page = storage.list(Layout.OPEN, continuation, PAGE);
    return new Open(
        page.entries().stream()
            .flatMap(
                stat ->
                    Layout.opened(stat.name()).stream()
                        .map(
                            job ->
                                new Open.Entry(
                                    job, Duration.between(stat.modified(), page.asOf()))))
            .toList(),
        page.next());
  }
}
