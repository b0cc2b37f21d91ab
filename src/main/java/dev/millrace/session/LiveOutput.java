package dev.millrace.session;

/**
 * Is told what code prints while it runs, in order. The end of it may be missing, for the outcome
 * has all of it.
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
