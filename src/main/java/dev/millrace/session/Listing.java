package dev.millrace.session;

import java.util.List;

/**
 * The files of a session.
 *
 * @param complete false when there are more: too many to name, or in directories that cannot be
 *     read
 */
public record Listing(List<SessionFile> files, boolean complete) {
  public Listing {
    files = List.copyOf(files);
  }
}
