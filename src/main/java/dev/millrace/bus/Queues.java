package dev.millrace.bus;

import dev.millrace.job.Owner;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The queues that feed this installation, and for whom each of them stands. A message cannot choose
 * its tenant; its queue does.
 */
public record Queues(List<Queue> queues) {
  static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,258}[A-Za-z0-9_-])?");
  static final String HOW_TO_NAME =
      "A name has up to 260 letters, digits, '.', '_', '-' and '/', and begins with a letter or"
          + " digit.";

  /** One queue and whose jobs come from it. */
  public record Queue(String name, Owner owner) {}

  public Queues {
    queues = List.copyOf(queues);
    if (queues.isEmpty()) {
      throw new IllegalArgumentException("millrace.queues names no queue; at least one is needed");
    }
  }

  /** Whose job a message of this queue is. */
  public Owner owner(String entity) {
    return queues.stream()
        .filter(queue -> queue.name().equals(entity))
        .map(Queue::owner)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a message came from " + entity + ", which millrace.queues does not name"));
  }

  /** Where pointers to a tenant's jobs go that did not come from a queue. */
  public String forTenant(String tenant) {
    return queues.stream()
        .filter(queue -> queue.owner().tenant().equals(tenant))
        .findFirst()
        .orElse(queues.getFirst())
        .name();
  }
}
