package dev.millrace.broker.setup;

import dev.millrace.broker.Rules.Rule;
import dev.millrace.broker.filter.Filter;
import java.util.List;

/**
 * A subscription.
 *
 * @param rules those that it begins with; what clients add and remove later outlives a restart,
 *     until other rules are declared here
 */
public record SubscriptionSetup(String name, Receiving receiving, List<Rule> rules) {
  /** The rule of a subscription for which none is declared. */
  public static final Rule EVERYTHING = new Rule("$Default", new Filter.All());

  public SubscriptionSetup {
    rules = List.copyOf(rules);
  }
}
