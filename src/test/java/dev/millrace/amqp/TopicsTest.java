package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.bodies;
import static dev.millrace.amqp.LocalBus.nothing;
import static dev.millrace.amqp.LocalBus.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusRuleManagerClient;
import com.azure.messaging.servicebus.administration.models.CorrelationRuleFilter;
import com.azure.messaging.servicebus.administration.models.CreateRuleOptions;
import com.azure.messaging.servicebus.administration.models.RuleProperties;
import com.azure.messaging.servicebus.administration.models.SqlRuleAction;
import com.azure.messaging.servicebus.administration.models.SqlRuleFilter;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.SubscriptionSetup;
import dev.millrace.broker.setup.TopicSetup;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics, subscriptions and their rules through the SDK of Azure. */
class TopicsTest {
  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(
          List.of(),
          List.of(
              topic("fan", "one", "two"),
              topic("rules", "sub"),
              topic("sql", "sub"),
              topic("correlation", "sub"),
              topic("both", "sub"),
              topic("bad", "sub")));

  @Test
  void every_subscription_has_a_copy_of_its_own() {
    bus.topic("fan").sendMessage(new ServiceBusMessage("a"));

    assertThat(bodies(bus.subscription("fan", "one"), 1)).containsExactly("a");
    assertThat(bodies(bus.subscription("fan", "two"), 1)).containsExactly("a");
    nothing(bus.subscription("fan", "one"));
  }

  @Test
  void rules_are_listed_added_and_removed() {
    var rules = rules("rules");
    assertThat(names(rules)).containsExactly("$Default");

    rules.deleteRule("$Default");
    rules.createRule("sql", new CreateRuleOptions(new SqlRuleFilter("a = 1 AND b IS NULL")));
    var filter = new CorrelationRuleFilter("c").setLabel("l");
    filter.getProperties().put("color", "red");
    rules.createRule("correlation", new CreateRuleOptions(filter));

    assertThat(rules.listRules())
        .extracting(RuleProperties::getName)
        .containsExactlyInAnyOrder("sql", "correlation");
    assertThat(rules.listRules())
        .extracting(RuleProperties::getFilter)
        .anySatisfy(
            f ->
                assertThat(f)
                    .isInstanceOfSatisfying(
                        SqlRuleFilter.class,
                        sql -> assertThat(sql.getSqlExpression()).isEqualTo("a = 1 AND b IS NULL")))
        .anySatisfy(
            f ->
                assertThat(f)
                    .isInstanceOfSatisfying(
                        CorrelationRuleFilter.class,
                        c -> {
                          assertThat(c.getCorrelationId()).isEqualTo("c");
                          assertThat(c.getLabel()).isEqualTo("l");
                          assertThat(c.getProperties()).containsEntry("color", "red");
                        }));
    assertThatThrownBy(() -> rules.createRule("sql", new CreateRuleOptions()))
        .hasMessageContaining("sql");
    assertThatThrownBy(() -> rules.deleteRule("missing")).hasMessageContaining("missing");
  }

  @Test
  void an_sql_filter_chooses_by_properties() {
    only("sql", new CreateRuleOptions(new SqlRuleFilter("size > 10 AND sys.Label LIKE 'bat%'")));

    send("sql", Map.of("size", 11), "batch");
    send("sql", Map.of("size", 10), "batch");
    send("sql", Map.of("size", 12), "other");
    send("sql", Map.of(), "batch");

    assertThat(bodies(bus.subscription("sql", "sub"), 1)).containsExactly("{size=11} batch");
    nothing(bus.subscription("sql", "sub"));
  }

  @Test
  void a_correlation_filter_chooses_what_is_equal() {
    var filter = new CorrelationRuleFilter().setLabel("batch");
    filter.getProperties().put("size", 11);
    only("correlation", new CreateRuleOptions(filter));

    send("correlation", Map.of("size", 10), "batch");
    send("correlation", Map.of("size", 11), "batch");

    assertThat(bodies(bus.subscription("correlation", "sub"), 1))
        .containsExactly("{size=11} batch");
  }

  @Test
  void a_message_that_two_rules_match_comes_once() {
    rules("both").createRule("too", new CreateRuleOptions(new SqlRuleFilter("1 = 1")));

    send("both", Map.of(), "x");

    var receiver = bus.subscription("both", "sub");
    receiver.complete(one(receiver));
    nothing(receiver);
  }

  @Test
  void a_rule_that_cannot_be_is_refused_with_what_is_wrong() {
    var rules = rules("bad");

    assertThatThrownBy(
            () -> rules.createRule("bad", new CreateRuleOptions(new SqlRuleFilter("a = = 1"))))
        .isInstanceOf(ServiceBusException.class);
    assertThatThrownBy(
            () ->
                rules.createRule(
                    "acts",
                    new CreateRuleOptions(new SqlRuleFilter("1 = 1"))
                        .setAction(new SqlRuleAction("SET a = 1"))))
        .hasMessageContaining("does not support actions of rules");
    assertThat(names(rules)).containsExactly("$Default");
  }

  private static TopicSetup topic(String name, String... subscriptions) {
    return new TopicSetup(
        name,
        Sending.DEFAULT,
        Stream.of(subscriptions)
            .map(
                sub ->
                    new SubscriptionSetup(
                        sub, Receiving.DEFAULT, List.of(SubscriptionSetup.EVERYTHING)))
            .toList());
  }

  private static void send(String topic, Map<String, Object> properties, String label) {
    var message = new ServiceBusMessage(properties + " " + label).setSubject(label);
    message.getApplicationProperties().putAll(properties);
    bus.topic(topic).sendMessage(message);
  }

  private static void only(String topic, CreateRuleOptions rule) {
    var rules = rules(topic);
    rules.deleteRule("$Default");
    rules.createRule("only", rule);
  }

  private static List<String> names(ServiceBusRuleManagerClient rules) {
    return rules.listRules().stream().map(RuleProperties::getName).toList();
  }

  private static ServiceBusRuleManagerClient rules(String topic) {
    return bus.closing(
        bus.builder().ruleManager().topicName(topic).subscriptionName("sub").buildClient());
  }
}
