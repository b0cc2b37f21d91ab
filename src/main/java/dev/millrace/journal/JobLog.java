package dev.millrace.journal;

import dev.millrace.job.JobRef;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The log of one job: the truth about it. Belongs to one thread.
 *
 * <p>An append that is refused reads the log on, so that {@link #state} then shows why.
 */
public final class JobLog {
  private final Storage storage;
  private final JobRef job;
  private final Log<Entry> log;
  private final Consumer<JobState> ends;
  private @Nullable JobState state;

  JobLog(Journal journal, JobRef job) {
    this.storage = journal.storage();
    this.job = job;
    this.ends = journal.ends();
    this.log = journal.log(Layout.job(job), journal.entries(), this::fold);
  }

  private void fold(Line<Entry> line) {
    if (state != null) {
      state.apply(line);
    } else if (line.entry() instanceof Entry.Submitted submitted) {
      state = JobState.of(submitted, line.at());
    }
  }

  public JobRef job() {
    return job;
  }

  /** Whether anything was ever submitted here. An empty log counts as absent. */
  public boolean exists() {
    return state != null;
  }

  public JobState state() {
    if (state == null) {
      throw new IllegalStateException("nothing was submitted as " + job);
    }
    return state;
  }

  public long position() {
    return log.position();
  }

  /**
   * What in the log was written by a later version, if anything was. Nothing may be guessed then.
   */
  public Optional<String> newer() {
    return log.newer();
  }

  /** What in the log cannot be the truth any more, if anything. */
  public Optional<String> corrupt() {
    return state == null && log.position() > 0 && log.newer().isEmpty()
        ? log.corrupt().or(() -> Optional.of("the log does not begin with a submission"))
        : log.corrupt();
  }

  /** Reads what others wrote since. */
  public JobLog refresh() {
    log.readOn();
    return this;
  }

  /** Answers whether the entries are in the log. If not, somebody wrote first: look again. */
  public boolean append(Entry... entries) {
    boolean written = log.append(List.of(entries));
    if (written && Stream.of(entries).anyMatch(Entry.Ended.class::isInstance)) {
      ends.accept(state());
    }
    return written;
  }

  /** Appends whatever others write meanwhile; for what is true regardless. */
  public void record(Entry entry) {
    while (!append(entry)) {
      // refused, and read on: the next try is at the new end
    }
  }

  /** For how long nobody has written, by the store's clock. */
  public Duration silence() {
    var name = Layout.log(Layout.job(job));
    var page = storage.list(name, null, 1);
    return page.entries().stream()
        .filter(stat -> stat.name().equals(name))
        .map(stat -> Duration.between(stat.modified(), page.asOf()))
        .findFirst()
        .orElse(Duration.ZERO);
  }
}
