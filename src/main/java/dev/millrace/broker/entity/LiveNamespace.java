package dev.millrace.broker.entity;

import dev.millrace.broker.Entity;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.Queue.Kind;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.SubscriptionSetup;
import dev.millrace.broker.setup.TopicSetup;
import dev.millrace.broker.store.Store;
import dev.millrace.broker.store.Transaction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** All entities, found by their addresses. */
public final class LiveNamespace implements Namespace {
  private static final Pattern BEFORE_PATH = Pattern.compile("^[a-z][a-z0-9+.-]*://[^/]*/");

  private final Store store;
  private final InstantSource clock;
  private final Alarm alarm;
  private final List<Domain> domains = new ArrayList<>();
  private final List<Entity> declared = new ArrayList<>();
  private final Map<String, Entity> byAddress = new LinkedHashMap<>();
  private final Transaction beginning = new Transaction();

  private LiveNamespace(Store store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
    this.alarm = new Alarm(clock);
  }

  public static LiveNamespace open(
      NamespaceSetup setup, Path directory, InstantSource clock, Options options) {
    return open(setup, clock, options, Store.open(directory, options.fsync(), options.memory()));
  }

  static LiveNamespace open(
      NamespaceSetup setup, InstantSource clock, Options options, Store store) {
    try {
      var namespace = new LiveNamespace(store, clock);
      setup.queues().forEach(namespace::build);
      setup.topics().forEach(namespace::build);
      store.start();
      store.submit(namespace.beginning);
      if (options.timer()) {
        namespace.alarm.start(namespace::pass);
      }
      return namespace;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public Entity entity(String address) {
    Entity entity = byAddress.get(normal(address));
    if (entity == null) {
      // In these words: an SDK knows by them that trying again is of no use.
      throw new Refused(
          Reason.NOT_FOUND, "The messaging entity '" + address + "' could not be found.");
    }
    return entity;
  }

  @Override
  public List<Entity> entities() {
    return List.copyOf(declared);
  }

  @Override
  public Optional<Instant> nextDeadline() {
    long next = domains.stream().mapToLong(Domain::nextDeadline).min().orElse(Part.NEVER);
    return next == Part.NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(next));
  }

  @Override
  public void passDeadlines() {
    pass();
  }

  @Override
  public void close() {
    alarm.stop();
    domains.forEach(Domain::close);
    store.close();
  }

  private long pass() {
    long next = Part.NEVER;
    for (Domain domain : domains) {
      next = Math.min(next, domain.pass());
    }
    return next;
  }

  private void build(QueueSetup setup) {
    Domain domain = domain();
    String key = normal(setup.name());
    var quota = new Quota(setup.sending().maxSize());
    Receiving receiving = setup.receiving();
    var dead = new Messages(setup.name(), key, receiving.lockDuration(), quota, store);
    var messages = new Messages(setup.name(), key, receiving, quota, store, dead);
    messages.load();
    Duration timeToLive = setup.sending().defaultTimeToLive();
    var arrivals =
        new Arrivals(
            setup.name(),
            setup.sending(),
            receiving.requiresSession(),
            (work, message, number) -> messages.arrive(work, message, number, number, timeToLive),
            quota,
            new Counter(store.numbers(), key),
            store,
            key);
    int maxSize = setup.sending().maxMessageSize();
    Duration lock = receiving.lockDuration();
    var deadQueue = new LiveQueue(domain, Kind.DEAD_LETTERS, maxSize, lock, dead, null, null, null);
    add(
        domain,
        new LiveQueue(domain, Kind.QUEUE, maxSize, lock, messages, deadQueue, arrivals, null),
        deadQueue);
  }

  private void build(TopicSetup setup) {
    Domain domain = domain();
    String key = normal(setup.name());
    var quota = new Quota(setup.sending().maxSize());
    var topic =
        new LiveTopic(
            setup.name(), key, domain, setup.sending(), quota, new Counter(store.numbers(), key));
    domain.add(topic);
    declared.add(topic);
    byAddress.put(key, topic);
    for (SubscriptionSetup subscription : setup.subscriptions()) {
      build(setup, subscription, topic, domain, quota);
    }
  }

  private void build(
      TopicSetup ofTopic, SubscriptionSetup setup, LiveTopic topic, Domain domain, Quota quota) {
    String address = ofTopic.name() + "/Subscriptions/" + setup.name();
    String key = normal(address);
    Receiving receiving = setup.receiving();
    var dead = new Messages(address, key, receiving.lockDuration(), quota, store);
    var messages = new Messages(address, key, receiving, quota, store, dead);
    messages.load();
    var rules = new LiveRules(address, domain, topic, store.rules(key));
    rules.load();
    String declaration = setup.rules().toString();
    if (!declaration.equals(store.declarations().get(key))) {
      rules.replace(beginning, setup.rules());
      beginning.put(store.declarations(), key, declaration);
    }
    int maxSize = ofTopic.sending().maxMessageSize();
    Duration lock = receiving.lockDuration();
    var deadQueue = new LiveQueue(domain, Kind.DEAD_LETTERS, maxSize, lock, dead, null, null, null);
    var queue =
        new LiveQueue(domain, Kind.SUBSCRIPTION, maxSize, lock, messages, deadQueue, null, rules);
    topic.add(queue, rules, messages, new Counter(store.numbers(), key));
    add(domain, queue, deadQueue);
  }

  private Domain domain() {
    var domain = new Domain(store, clock, alarm);
    domains.add(domain);
    return domain;
  }

  private void add(Domain domain, LiveQueue queue, LiveQueue dead) {
    domain.add(queue);
    domain.add(dead);
    declared.add(queue);
    byAddress.put(normal(queue.address()), queue);
    byAddress.put(normal(dead.address()), dead);
  }

  private static String normal(String address) {
    String path = BEFORE_PATH.matcher(address.toLowerCase(Locale.ROOT)).replaceFirst("");
    int start = 0;
    int end = path.length();
    while (start < end && path.charAt(start) == '/') {
      start++;
    }
    while (end > start && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(start, end);
  }
}
