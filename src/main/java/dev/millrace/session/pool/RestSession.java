package dev.millrace.session.pool;

import dev.millrace.job.Unavailable;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Content;
import dev.millrace.session.Execution;
import dev.millrace.session.Listing;
import dev.millrace.session.LiveOutput;
import dev.millrace.session.Past;
import dev.millrace.session.Rebuilt;
import dev.millrace.session.rest.Answers;
import dev.millrace.session.rest.ExecutorClient;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A code session of a pool that speaks the REST contract. For one caller at a time. */
final class RestSession implements CodeSession {
  private final ExecutorClient client;
  private final PoolKind kind;
  private final String identifier;
  private final InstantSource clock;
  private final Figures figures;
  private final Rebuilding rebuilding;
  private boolean seen;
  private @Nullable Rebuilt rebuilt;

  RestSession(
      ExecutorClient client,
      PoolKind kind,
      String identifier,
      Past past,
      InstantSource clock,
      Figures figures) {
    this.client = client;
    this.kind = kind;
    this.identifier = identifier;
    this.clock = clock;
    this.figures = figures;
    this.rebuilding = new Rebuilding(client, identifier, past, clock);
  }

  /** Something that may be interrupted. */
  @FunctionalInterface
  private interface Call<T> {
    T make(Cells cells) throws InterruptedException;
  }

  @Override
  public Optional<Instant> createdAt() {
    return make(cells -> client.session(identifier).map(Answers.Session::createdAt));
  }

  @Override
  public Execution run(String executionId, String code, Duration limit, LiveOutput live) {
    if (!limit.isPositive()) {
      throw new IllegalArgumentException("a time limit is more than nothing, not " + limit);
    }
    return make(
        cells -> {
          see(cells);
          seen = false; // the next one looks again
          if (!kind.sendsAllFigures()) {
            figures.prepare(identifier, cells);
          }
          Execution execution = cells.run(executionId, code, limit, live);
          Rebuilt before = rebuilt;
          rebuilt = null;
          return figures.collected(identifier, execution).after(before);
        });
  }

  @Override
  public Optional<Execution> find(String executionId, Instant announced) {
    return make(
        cells -> {
          Optional<Execution> found = cells.find(executionId, announced);
          return found.isEmpty() ? found : Optional.of(figures.collected(identifier, found.get()));
        });
  }

  @Override
  public void put(String path, Content content) {
    make(
        cells -> {
          see(cells);
          client.files().upload(identifier, Paths.checked(path), content);
          return true;
        });
  }

  @Override
  public Listing files() {
    return make(
        cells -> {
          see(cells);
          return client.files().list(identifier);
        });
  }

  @Override
  public Optional<InputStream> open(String path) {
    return make(
        cells -> {
          see(cells);
          return client.files().download(identifier, Paths.checked(path));
        });
  }

  @Override
  public void release() {
    make(
        cells -> {
          cells.end();
          return true;
        });
  }

  /** Makes sure that the session holds its past; once for the calls that belong to one run. */
  private void see(Cells cells) throws InterruptedException {
    if (!seen) {
      Rebuilt again = rebuilding.ifLost(cells);
      rebuilt = again == null ? rebuilt : again;
      seen = true;
    }
  }

  private <T> T make(Call<T> call) {
    var cells = new Cells(client, kind, identifier, clock);
    try {
      return call.make(cells);
    } catch (InterruptedException e) {
      cells.stopQuietly();
      Thread.currentThread().interrupt();
      throw new Unavailable("interrupted", e);
    }
  }
}
