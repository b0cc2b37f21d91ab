package dev.millrace.bus;

import java.util.Optional;

/** Looks at a message that somebody else holds, without touching it. */
public interface Peek {
  /**
   * The message of this number, with all that its sender said of it; absent when it is not in the
   * queue any more.
   *
   * @throws dev.millrace.job.Unavailable when the broker does not answer
   */
  Optional<Delivery.Received> at(String entity, long sequenceNumber);
}
