package dev.millrace.bus;

/** Where results go. */
public interface ResultTopic {
  /**
   * Publishes a result to a topic or queue. May be called again with the same message: its id stays
   * the same.
   *
   * @throws dev.millrace.job.Unavailable when the broker did not take it, or may not have; trying
   *     again later makes sense
   */
  Publication publish(String target, ResultMessage message);

  /** How it went, as far as waiting a moment would not change it. */
  sealed interface Publication {
    record Accepted() implements Publication {}

    /** The target does not exist, or is not ours to send to. */
    record Impossible(String why) implements Publication {}
  }
}
