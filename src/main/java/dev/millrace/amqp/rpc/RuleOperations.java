package dev.millrace.amqp.rpc;

import dev.millrace.amqp.wire.Values;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Rules;
import dev.millrace.broker.filter.Filter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The rules of a subscription. */
final class RuleOperations {
  private final Rules rules;

  RuleOperations(Rules rules) {
    this.rules = rules;
  }

  CompletionStage<Reply> add(Request request) {
    var description = request.map("rule-description");
    if (description.get("sql-rule-action") instanceof Map<?, ?> action
        && action.get("expression") != null) {
      throw new Refused(
          Refused.Reason.UNSUPPORTED, "The local Service Bus does not support actions of rules.");
    }
    return rules
        .add(new Rules.Rule(request.text("rule-name"), filter(description)))
        .thenApply(done -> Reply.OK);
  }

  CompletionStage<Reply> remove(Request request) {
    return rules.remove(request.text("rule-name")).thenApply(done -> Reply.OK);
  }

  /** A client asks on until it is told that there are no more. */
  CompletionStage<Reply> list(Request request) {
    var page =
        rules.list(request.count("skip"), request.count("top")).stream()
            .map(rule -> Map.of("rule-description", DescribedRule.of(rule)))
            .toList();
    return CompletableFuture.completedStage(
        page.isEmpty() ? Reply.NOTHING : Reply.ok(Map.of("rules", page)));
  }

  private static Filter filter(Map<?, ?> description) {
    if (description.get("sql-filter") instanceof Map<?, ?> sql
        && sql.get("expression") instanceof String expression) {
      return new Filter.Sql(expression);
    }
    if (description.get("correlation-filter") instanceof Map<?, ?> correlation) {
      return new Filter.Correlation(
          text(correlation, "correlation-id"),
          text(correlation, "message-id"),
          text(correlation, "to"),
          text(correlation, "reply-to"),
          text(correlation, "label"),
          text(correlation, "session-id"),
          text(correlation, "reply-to-session-id"),
          text(correlation, "content-type"),
          correlation.get("properties") instanceof Map<?, ?> properties
              ? Values.plain(properties)
              : Map.of());
    }
    throw new Refused(
        Refused.Reason.INVALID, "A rule needs an SQL filter or a correlation filter.");
  }

  private static @Nullable String text(Map<?, ?> map, String key) {
    return map.get(key) == null ? null : String.valueOf(map.get(key));
  }
}
