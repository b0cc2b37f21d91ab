package dev.millrace.tool;

import dev.millrace.session.Content;
import dev.millrace.session.SessionFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The files of a code session, as far as the log of its job knows them.
 *
 * @param inputs the job's own files, which have to be in the session before its first cell
 * @param staged whether they are there
 * @param known the SHA-256 of what was last known to lie under a path
 * @param listing the files as they were last seen by this worker; empty for who took over
 */
public record Workspace(
    List<Input> inputs,
    boolean staged,
    Map<String, String> known,
    AtomicReference<Optional<List<SessionFile>>> listing) {
  public Workspace {
    inputs = List.copyOf(inputs);
    known = Map.copyOf(known);
  }

  /** One without files. */
  public static Workspace empty() {
    return new Workspace(List.of(), true, Map.of(), new AtomicReference<>(Optional.empty()));
  }

  /** A file to be put into the session. */
  public record Input(String path, Content content) {}
}
