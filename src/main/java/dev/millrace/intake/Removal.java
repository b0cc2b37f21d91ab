package dev.millrace.intake;

import dev.millrace.bus.JobResult;
import dev.millrace.job.JobRef;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Deletes jobs that are over, and remembers how they ended. Safe for use by many threads. */
@Singleton
public final class Removal {
  private final Journal journal;
  private final Index index;
  private final Aftermath aftermath;
  private final ObjectMapper json;
  private final InstantSource clock;

  public Removal(
      Journal journal, Index index, Aftermath aftermath, ObjectMapper json, InstantSource clock) {
    this.journal = journal;
    this.index = index;
    this.aftermath = aftermath;
    this.json = json;
    this.clock = clock;
  }

  /** What is left of a job that was deleted. */
  @Serdeable
  public record Outcome(
      int schema,
      String id,
      String owner,
      String agent,
      String status,
      String stopReason,
      Instant createdAt,
      @Nullable Instant endedAt,
      Instant deletedAt) {}

  /** What became of the wish to delete a job. */
  public enum Answer {
    DELETED,
    /** It is not over yet. */
    RUNNING,
    /** It is over, but somebody has not taken its result yet. */
    UNDELIVERED
  }

  /**
   * Deletes a job with its files, once it is over and its result is delivered. What it left in a
   * conversation stays there.
   *
   * @throws dev.millrace.job.Unavailable when not everything could be done; do it again
   */
  public Answer delete(JobLog job) {
    var state = job.state();
    if (state.ended().isEmpty()) {
      return Answer.RUNNING;
    }
    aftermath.finish(job);
    if (!state.unpublished().isEmpty()) {
      return Answer.UNDELIVERED;
    }
    var ended = state.ended().get();
    var outcome =
        new Outcome(
            JobResult.SCHEMA,
            job.job().id().value(),
            state.owner().name(),
            state.request().agent(),
            ended.status().word(),
            ended.stopReason().word(),
            state.createdAt(),
            state.endedAt().orElse(null),
            clock.instant());
    try {
      index.going(job.job(), json.writeValueAsBytes(outcome));
    } catch (IOException e) {
      throw new UncheckedIOException("an outcome that cannot be written as JSON", e);
    }
    journal.delete(job.job());
    return Answer.DELETED;
  }

  /** Does once more what may have been interrupted: nothing of a deleted job is left. */
  public void finish(JobRef deleted) {
    journal.delete(deleted);
  }

  /** How a job ended that was deleted since. */
  public Optional<Outcome> outcome(JobRef job) {
    return index.outcome(job).map(this::read);
  }

  private Outcome read(byte[] outcome) {
    try {
      return Objects.requireNonNull(json.readValue(outcome, Outcome.class));
    } catch (IOException e) {
      throw new UncheckedIOException("an outcome that cannot be read", e);
    }
  }
}
