package dev.millrace.broker;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The entities of one namespace, and the store they are kept in. Safe for any number of threads.
 */
public interface Namespace extends AutoCloseable {

  /**
   * Finds a queue, a topic, a subscription ({@code topic/subscriptions/name}) or the dead letters
   * of one ({@code .../$deadletterqueue}). Case, a leading slash and {@code scheme://host/} do not
   * matter.
   *
   * @throws Refused {@code NOT_FOUND}, in the words by which the SDKs know it
   */
  Entity entity(String address);

  /** All entities that were declared: queues, topics, subscriptions; without dead letters. */
  List<Entity> entities();

  /**
   * When something is due next. Nothing happens by itself at that time unless the namespace was
   * opened with a timer.
   */
  Optional<Instant> nextDeadline();

  /**
   * Does all that is due: locks end, messages expire or become active, waiting acceptors give up.
   */
  void passDeadlines();

  /** Commits what is under way, answers everybody who waits, and closes the store. */
  @Override
  void close();
}
