package dev.millrace.bus;

import java.util.List;
import java.util.function.Consumer;

/** The results as they are published, for whoever collects them inside this installation. */
public interface ResultFeed {
  /**
   * Hands the results of a subscription to a reader, some at a time and one call after the other,
   * until it is closed. Every result comes at least once: again, if the reader throws or this
   * process dies before it has returned. Their order says nothing.
   */
  Following follow(String subscription, Consumer<List<ResultMessage>> reader);

  /** A reader that gets what is published. */
  interface Following extends AutoCloseable {
    /** Waits for the call that is under way. What it was not handed yet comes to another reader. */
    @Override
    void close();
  }
}
