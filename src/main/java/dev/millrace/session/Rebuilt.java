package dev.millrace.session;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What became of a session that was lost.
 *
 * @param replayed the executions that were run again
 * @param gone what could not be brought back
 */
public record Rebuilt(List<String> replayed, List<Gone> gone) {
  public Rebuilt {
    replayed = List.copyOf(replayed);
    gone = List.copyOf(gone);
  }

  /**
   * A cell or a file.
   *
   * @param what the beginning of the code, or the name of the file
   */
  public record Gone(String what, String why) {}

  /** For the model, which has to know what it can count on. */
  public String text() {
    String done =
        "The session had been lost and was built again. Its files are back; earlier cells that were replayed: %d."
            .formatted(replayed.size());
    return gone.isEmpty()
        ? done
        : gone.stream()
            .map(each -> each.what() + " (" + each.why() + ")")
            .collect(Collectors.joining("; ", done + " Gone, with whatever depends on it: ", "."));
  }
}
