package dev.millrace.broker.setup;

import dev.millrace.broker.Refused;
import dev.millrace.broker.Rules.Rule;
import dev.millrace.broker.filter.Filter;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the configuration file of Microsoft's emulator, and collects all that is wrong with it. */
final class NamespaceReader {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]|[A-Za-z0-9][\\w./-]*[A-Za-z0-9]");
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** What Azure writes for "never" is longer, and counts as this. */
  private static final Duration LONGEST = Duration.ofDays(365_000_000L);

  private final List<String> findings = new ArrayList<>();
  private final Set<String> addresses = new HashSet<>();

  NamespaceSetup read(Map<?, ?> tree) {
    var root = new Node("", tree, findings);
    Node user = root.child("UserConfig");
    List<Node> namespaces = user.children("Namespaces");
    if (namespaces.size() != 1) {
      user.fault("Namespaces", "exactly one namespace is expected");
    }
    user.ignore("Logging");
    user.end();
    root.end();
    List<NamespaceSetup> read = namespaces.stream().map(this::namespace).toList();
    if (!findings.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", findings));
    }
    return read.getFirst();
  }

  private NamespaceSetup namespace(Node node) {
    String name = node.text("Name");
    List<QueueSetup> queues = node.children("Queues").stream().map(this::queue).toList();
    List<TopicSetup> topics = node.children("Topics").stream().map(this::topic).toList();
    node.end();
    return new NamespaceSetup(name, queues, topics);
  }

  private QueueSetup queue(Node node) {
    String name = name(node, addresses);
    Node properties = node.child("Properties");
    Receiving receiving = receiving(properties);
    Sending sending = sending(properties);
    node.end();
    properties.end();
    return new QueueSetup(name, receiving, sending);
  }

  private TopicSetup topic(Node node) {
    String name = name(node, addresses);
    Node properties = node.child("Properties");
    Duration timeToLive = timeToLive(properties);
    Sending sending = sending(properties);
    if (timeToLive != null) {
      sending = sending.withDefaultTimeToLive(timeToLive);
    }
    Set<String> names = new HashSet<>();
    List<SubscriptionSetup> subscriptions =
        node.children("Subscriptions").stream().map(each -> subscription(each, names)).toList();
    node.end();
    properties.end();
    return new TopicSetup(name, sending, subscriptions);
  }

  private SubscriptionSetup subscription(Node node, Set<String> siblings) {
    String name = name(node, siblings);
    Node properties = node.child("Properties");
    Receiving receiving = receiving(properties);
    properties.end();
    Set<String> names = new HashSet<>();
    List<Rule> rules = new ArrayList<>();
    for (Node rule : node.children("Rules")) {
      rules.add(rule(rule, names));
    }
    node.end();
    return new SubscriptionSetup(
        name, receiving, rules.isEmpty() ? List.of(SubscriptionSetup.EVERYTHING) : rules);
  }

  private Receiving receiving(Node node) {
    Receiving standard = Receiving.DEFAULT;
    node.unsupported("ForwardTo");
    node.unsupported("ForwardDeadLetteredMessagesTo");
    node.unsupported("AutoDeleteOnIdle");
    node.ignore("EnableBatchedOperations");
    node.ignore("UserMetadata");
    Duration lock =
        node.duration("LockDuration", standard.lockDuration(), SECOND, Duration.ofMinutes(5));
    return new Receiving(
        lock == null ? standard.lockDuration() : lock,
        (int) node.number("MaxDeliveryCount", standard.maxDeliveryCount(), 1, 2000),
        node.flag("RequiresSession", false),
        timeToLive(node),
        node.flag("DeadLetteringOnMessageExpiration", false));
  }

  private Sending sending(Node node) {
    Sending standard = Sending.DEFAULT;
    node.unsupported("EnablePartitioning");
    Duration window =
        node.duration(
            "DuplicateDetectionHistoryTimeWindow",
            Duration.ofMinutes(10),
            SECOND,
            Duration.ofDays(7));
    boolean detects = node.flag("RequiresDuplicateDetection", false);
    long kilobytes = node.number("MaxMessageSizeInKilobytes", 1024, 1, 102_400);
    long megabytes = node.number("MaxSizeInMegabytes", 1024, 1, 1 << 20);
    return standard
        .withMaxMessageSize((int) kilobytes << 10)
        .withMaxSize(megabytes << 20)
        .withDuplicateWindow(detects ? window : null);
  }

  private static @Nullable Duration timeToLive(Node node) {
    return node.duration("DefaultMessageTimeToLive", null, MILLISECOND, LONGEST);
  }

  private Rule rule(Node node, Set<String> siblings) {
    String name = name(node, siblings);
    Node properties = node.child("Properties");
    String type = properties.text("FilterType");
    if (properties.has("Action")) {
      properties.fault("Action", "actions are not supported here; leave it out");
    }
    properties.ignore("Action");
    properties.ignore("SqlFilter");
    properties.ignore("CorrelationFilter");
    Filter filter =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "sql" -> sql(properties.child("SqlFilter"));
          case "correlation" -> correlation(properties.child("CorrelationFilter"));
          case "true" -> new Filter.All();
          case "false" -> new Filter.None();
          case "" -> new Filter.None();
          default -> {
            properties.fault("FilterType", "Sql, Correlation, True or False is expected");
            yield new Filter.None();
          }
        };
    properties.end();
    node.end();
    return new Rule(name, filter);
  }

  private static Filter sql(Node node) {
    String expression = node.text("SqlExpression");
    node.end();
    if (expression.isEmpty()) {
      return new Filter.None();
    }
    try {
      return new Filter.Sql(expression);
    } catch (Refused refused) {
      node.fault("SqlExpression", String.valueOf(refused.getMessage()));
      return new Filter.None();
    }
  }

  private static Filter correlation(Node node) {
    Map<String, Object> wanted = new LinkedHashMap<>();
    node.map("Properties")
        .forEach(
            (name, value) -> {
              boolean number = value instanceof Number && !(value instanceof BigInteger);
              if (value instanceof String || number || value instanceof Boolean) {
                wanted.put(String.valueOf(name), value);
              } else {
                node.fault("Properties." + name, "a text, a number, true or false is expected");
              }
            });
    var filter =
        new Filter.Correlation(
            node.textOrNull("CorrelationId"),
            node.textOrNull("MessageId"),
            node.textOrNull("To"),
            node.textOrNull("ReplyTo"),
            node.textOrNull("Label"),
            node.textOrNull("SessionId"),
            node.textOrNull("ReplyToSessionId"),
            node.textOrNull("ContentType"),
            wanted);
    node.end();
    return filter;
  }

  private static String name(Node node, Set<String> siblings) {
    String name = node.text("Name");
    if (name.isEmpty()) {
      return name;
    }
    if (!NAME.matcher(name).matches() && !name.equals(SubscriptionSetup.EVERYTHING.name())) {
      node.fault(
          "Name",
          "letters, digits, '.', '-', '_' and '/' are expected, a letter or digit at each end");
    } else if (!siblings.add(name.toLowerCase(Locale.ROOT))) {
      node.fault("Name", "there is another '" + name + "'");
    }
    return name;
  }
}
