package dev.millrace.bus;

import java.time.Duration;

/** What is to become of a delivery. */
public sealed interface Verdict {
  /** Settle it: everything it asked for is durable. */
  record Done() implements Verdict {}

  /**
   * Set it aside for people. The reason is one word, the description says what, where and how to
   * mend it.
   */
  record DeadLetter(String reason, String description) implements Verdict {}

  /** Do not settle it. Hold it for a while, if its lock can be held, then give it back. */
  record LetGo(Duration pause) implements Verdict {}

  /** Hand it over once more when nothing else runs here. */
  record Alone() implements Verdict {}
}
