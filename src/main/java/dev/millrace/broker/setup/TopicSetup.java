package dev.millrace.broker.setup;

import java.util.List;

/** A topic and its subscriptions. */
public record TopicSetup(String name, Sending sending, List<SubscriptionSetup> subscriptions) {

  public TopicSetup {
    subscriptions = List.copyOf(subscriptions);
  }
}
