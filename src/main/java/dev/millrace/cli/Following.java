package dev.millrace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Follows the events of one job to its end, over as many connections as that takes. */
final class Following {
  /** The server sends a sign of life every ten seconds. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final int TRIES = 8;

  private final JobClient client;
  private final String job;
  private final Events events;
  private final Consumer<String> notes;
  private boolean ended;

  /**
   * @param notes takes a sentence for a person who wonders why nothing comes
   */
  Following(JobClient client, String job, Consumer<Events.Event> reader, Consumer<String> notes) {
    this.client = client;
    this.job = job;
    this.notes = notes;
    this.events =
        new Events(
            event -> {
              ended = ended || event.type().equals("end");
              reader.accept(event);
            });
  }

  /** Returns when the job has ended. */
  void toTheEnd() throws InterruptedException {
    int vain = 0;
    Duration pause = FIRST_PAUSE;
    var wait = new LinkedBlockingQueue<String>();
    while (!ended) {
      try {
        if (connection()) {
          vain = 0;
          pause = FIRST_PAUSE;
        }
      } catch (IOException e) {
        if (vain++ == 0) {
          notes.accept("The server is away. Waiting for it, for about half a minute ...");
        }
        if (vain == TRIES) {
          throw Trouble.failed(
              "The server went away. The job is kept, and goes on when the server is back: "
                  + client.address(job),
              e);
        }
      }
      if (!ended) {
        wait.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
        pause = pause.multipliedBy(2);
      }
    }
  }

  /** Reads one connection to its end or its silence; answers whether anything came. */
  private boolean connection() throws IOException, InterruptedException {
    var lines = new LinkedBlockingQueue<Optional<String>>();
    boolean came = false;
    events.begin();
    try (var stream = client.events(job, events.lastId())) {
      Thread.ofVirtual().name("events").start(() -> read(stream::forEach, lines));
      Optional<String> line = next(lines);
      while (!ended && line.isPresent()) {
        came = true;
        events.line(line.get());
        line = ended ? line : next(lines);
      }
    }
    return came;
  }

  /** Nothing at the end of the connection, nor after a long silence. */
  private static Optional<String> next(LinkedBlockingQueue<Optional<String>> lines)
      throws InterruptedException {
    return Objects.requireNonNullElse(
        lines.poll(SILENCE.toSeconds(), TimeUnit.SECONDS), Optional.empty());
  }

  private static void read(
      Consumer<Consumer<String>> stream, LinkedBlockingQueue<Optional<String>> lines) {
    try {
      stream.accept(line -> lines.add(Optional.of(line)));
    } catch (UncheckedIOException e) {
      // cut off: the next connection goes on
    } finally {
      lines.add(Optional.empty());
    }
  }
}
