package dev.millrace.broker;

import dev.millrace.broker.entity.LiveNamespace;
import dev.millrace.broker.setup.NamespaceSetup;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The entities of one namespace, and the store they are kept in. Safe for any number of threads.
 */
public interface Namespace extends AutoCloseable {

  /**
   * @param fsync whether an answer waits for the disk itself; if not, answers outlive a crash of
   *     this process but not one of the machine
   * @param timer whether a thread does what is due when it is due; if not, {@link #passDeadlines}
   *     must be called
   * @param memory so many bytes of messages may be kept in memory; others are read when they are
   *     received
   */
  record Options(boolean fsync, boolean timer, long memory) {
    public static final Options DEFAULT = new Options(true, true);

    /** With an eighth of the heap. */
    public Options(boolean fsync, boolean timer) {
      this(fsync, timer, Runtime.getRuntime().maxMemory() / 8);
    }
  }

  /**
   * Opens a namespace, with all that its entities held before.
   *
   * @param directory made if it is missing; one namespace at a time
   * @throws IllegalStateException when the store cannot be opened, saying why and what to do
   */
  static Namespace open(
      NamespaceSetup setup, Path directory, InstantSource clock, Options options) {
    return LiveNamespace.open(setup, directory, clock, options);
  }

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
