package dev.millrace.session;

import java.time.Instant;
import java.util.List;

/**
 * What a session has to hold, as its caller has written it down. When the session turns out to be
 * another one than the cells ran in, the files are put there and the cells are run again before
 * anything else happens.
 *
 * @param files in the order in which they came; of the same name the later one counts
 * @param cells those that succeeded, in their order
 */
public record Past(List<File> files, List<Cell> cells) {
  public static final Past NONE = new Past(List.of(), List.of());

  public Past {
    files = List.copyOf(files);
    cells = List.copyOf(cells);
  }

  /** A file that was put into the session, or made in it and kept. */
  public record File(String path, Content content) {}

  /**
   * Code that ran.
   *
   * @param executionId under which it ran, and runs again
   * @param endedAt by the clock of who wrote it down
   */
  public record Cell(String executionId, String code, Instant endedAt) {}
}
