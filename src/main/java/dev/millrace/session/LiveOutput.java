package dev.millrace.session;

/**
 * Is told what code prints while it runs. Pieces come in order, from a thread of their own; the end
 * of the output may be missing, for the outcome has all of it.
 */
@FunctionalInterface
public interface LiveOutput {
  LiveOutput UNWATCHED = (stream, text) -> {};

  void wrote(Stream stream, String text);

  /** Which of the two. */
  enum Stream {
    STDOUT,
    STDERR
  }
}
