package dev.millrace.broker.entity;

import dev.millrace.broker.Message;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.Rules;
import dev.millrace.broker.store.StoredRule;
import dev.millrace.broker.store.Table;
import dev.millrace.broker.store.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The rules of a subscription. Their names are the same in any case. */
final class LiveRules implements Rules {
  private final String subscription;
  private final Domain domain;
  private final Part topic;
  private final Table<String, StoredRule> table;
  private final Map<String, Rule> rules = new LinkedHashMap<>();
  private long places;

  LiveRules(String subscription, Domain domain, Part topic, Table<String, StoredRule> table) {
    this.subscription = subscription;
    this.domain = domain;
    this.topic = topic;
    this.table = table;
  }

  /** While the namespace is being opened. */
  void load() {
    List<StoredRule> stored = new ArrayList<>();
    table.forEach((name, rule) -> stored.add(rule));
    stored.sort(Comparator.comparingLong(StoredRule::place));
    for (StoredRule each : stored) {
      rules.put(key(each.rule().name()), each.rule());
      places = each.place();
    }
  }

  /** While the namespace is being opened. */
  void replace(Transaction transaction, List<Rule> declared) {
    for (String name : rules.keySet()) {
      transaction.remove(table, name);
    }
    rules.clear();
    for (Rule rule : declared) {
      rules.put(key(rule.name()), rule);
      transaction.put(table, key(rule.name()), new StoredRule(++places, rule));
    }
  }

  boolean match(Message message) {
    for (Rule rule : rules.values()) {
      if (rule.filter().matches(message)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public CompletionStage<Void> add(Rule rule) {
    return domain.done(
        topic,
        work -> {
          if (rules.putIfAbsent(key(rule.name()), rule) != null) {
            throw new Refused(
                Reason.ALREADY_EXISTS,
                "The subscription '"
                    + subscription
                    + "' already has a rule '"
                    + rule.name()
                    + "'.");
          }
          work.put(table, key(rule.name()), new StoredRule(++places, rule));
        });
  }

  @Override
  public CompletionStage<Void> remove(String name) {
    return domain.done(
        topic,
        work -> {
          if (rules.remove(key(name)) == null) {
            throw new Refused(
                Reason.NOT_FOUND,
                "The subscription '" + subscription + "' has no rule '" + name + "'.");
          }
          work.remove(table, key(name));
        });
  }

  @Override
  public List<Rule> list(int skip, int top) {
    return domain.now(topic, work -> rules.values().stream().skip(skip).limit(top).toList());
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
