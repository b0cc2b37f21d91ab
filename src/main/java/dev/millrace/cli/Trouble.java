package dev.millrace.cli;

import org.jspecify.annotations.Nullable;

/** Why a command cannot go on, in sentences for the person who typed it. */
final class Trouble extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean theirs;

  private Trouble(String sentences, boolean theirs, @Nullable Throwable cause) {
    super(sentences, cause);
    this.theirs = theirs;
  }

  /** What was asked for has to be mended first. */
  static Trouble wrong(String sentences) {
    return new Trouble(sentences, true, null);
  }

  /** The server, or the way to it. */
  static Trouble failed(String sentences, @Nullable Throwable cause) {
    return new Trouble(sentences, false, cause);
  }

  int exitCode() {
    return theirs ? Exit.USAGE : Exit.FAILED;
  }
}
