package dev.millrace.broker.setup;

import dev.millrace.broker.Rules.Rule;
import dev.millrace.broker.filter.Filter;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** All entities of a namespace. Their addresses differ, whatever the case. */
public record NamespaceSetup(String name, List<QueueSetup> queues, List<TopicSetup> topics) {

  public NamespaceSetup {
    queues = List.copyOf(queues);
    topics = List.copyOf(topics);
  }

  /**
   * Reads the tree of a configuration file in the shape of Microsoft's Service Bus emulator:
   * objects as maps, lists, texts, numbers, booleans.
   *
   * @throws IllegalArgumentException with one line for everything that is wrong with it: where,
   *     what, and what is expected
   */
  public static NamespaceSetup read(Map<?, ?> tree) {
    return new NamespaceReader().read(tree);
  }

  /** What Millrace itself needs, when nothing else is declared. */
  public static NamespaceSetup ofMillrace() {
    var jobs = Receiving.DEFAULT.withMaxDeliveryCount(100).withDeadLetterOnExpiration(true);
    var all = Receiving.DEFAULT.withDefaultTimeToLive(Duration.ofDays(1));
    return new NamespaceSetup(
        "millrace",
        List.of(new QueueSetup("jobs", jobs, Sending.DEFAULT)),
        List.of(
            new TopicSetup(
                "results",
                Sending.DEFAULT,
                List.of(
                    new SubscriptionSetup(
                        "batches",
                        Receiving.DEFAULT,
                        List.of(new Rule("batches", new Filter.Sql("batchId IS NOT NULL")))),
                    new SubscriptionSetup("all", all, List.of(SubscriptionSetup.EVERYTHING))))));
  }
}
