package dev.millrace.session.rest;

import dev.millrace.session.rest.Answers.Progress;

/** What the pool says of an execution that it was asked about. */
public sealed interface Asked {
  record Known(Progress progress) implements Asked {}

  /** Ended, and the pool has let go of what came of it. */
  record Forgotten(String why) implements Asked {}

  /**
   * 404.
   *
   * @param certain whether the pool said that it is the execution that it does not know
   * @param said what the pool said to it, to be put behind a sentence
   */
  record NotFound(boolean certain, String said) implements Asked {}
}
