package dev.millrace.journal;

import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a job's model and tools say while they say it, one line of JSON for each piece. Pieces may
 * be missing, or be there twice after a crash: the job's own log has the truth. Belongs to one
 * thread.
 */
public final class LiveLog {
  /** Beyond this nothing more is told. */
  static final long LARGEST = 8 << 20;

  private final ObjectMapper json;
  private final Live live;

  LiveLog(ObjectMapper json, Live live) {
    this.json = json;
    this.live = live;
  }

  /**
   * A line of the file.
   *
   * @param event {@code text} for words of a model, {@code output} for output of a tool
   */
  @Serdeable
  public record Piece(String event, Data data) {
    public static Piece text(int step, String delta) {
      return new Piece("text", new Data(step, null, delta));
    }

    /**
     * @param stream {@code stdout} or {@code stderr}
     */
    public static Piece output(int step, String stream, String delta) {
      return new Piece("output", new Data(step, stream, delta));
    }

    /** Whether another one goes on with what this one says. */
    public boolean continuedBy(Piece next) {
      return event.equals(next.event)
          && data.step == next.data.step
          && Objects.equals(data.stream, next.data.stream);
    }

    /** This one and its continuation in one. */
    public Piece with(Piece next) {
      return new Piece(event, new Data(data.step, data.stream, data.delta + next.data.delta));
    }
  }

  /** What was said, and at which step. */
  @Serdeable
  public record Data(int step, @Nullable String stream, String delta) {}

  /**
   * Adds pieces, in one piece, behind whatever is there.
   *
   * @throws dev.millrace.job.Unavailable when the store is away; they are lost then
   */
  public void append(List<Piece> pieces) {
    live.write(lines(pieces), LARGEST);
  }

  private String lines(List<Piece> pieces) {
    var lines = new StringBuilder();
    try {
      for (Piece piece : pieces) {
        lines.append(json.writeValueAsString(piece)).append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException("words that cannot be written as JSON", e);
    }
    return lines.toString();
  }
}
