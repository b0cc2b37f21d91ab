package dev.millrace.bus;

import java.time.Instant;
import java.util.function.Function;

/** Where jobs wait. A method that returns has the broker's word that the change is durable. */
public interface JobQueue {
  /**
   * Sends a pointer to a queue.
   *
   * @throws dev.millrace.job.Unavailable when the broker did not take it, or may not have
   */
  void send(String entity, Pointer pointer);

  /** Sends a pointer that nobody is given before the time named. */
  void schedule(String entity, Pointer pointer, Instant notBefore);

  /**
   * Shows the handler what the broker has set aside from a queue, each message once. {@link
   * Verdict.Done} takes it away; after anything else it stays for people.
   */
  void deadLetters(String entity, Function<Delivery.Received, Verdict> handler);
}
