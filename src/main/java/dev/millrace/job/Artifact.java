package dev.millrace.job;

import org.jspecify.annotations.Nullable;

/**
 * A file that a step left behind.
 *
 * @param name unique among the files of its job, and safe to show and to save under
 * @param blob its full name in the store
 * @param step the step that made it; null for a value too large to travel in a message
 * @param path of the file in the code session, below its data directory; null when it was none
 */
public record Artifact(
    String name,
    String mediaType,
    long size,
    String sha256,
    @Nullable Integer step,
    String blob,
    @Nullable String path) {

  /** One that was never a file of a code session. */
  public Artifact(
      String name,
      String mediaType,
      long size,
      String sha256,
      @Nullable Integer step,
      String blob) {
    this(name, mediaType, size, sha256, step, blob, null);
  }
}
