package dev.millrace.broker.filter;

import dev.millrace.broker.Message;
import dev.millrace.broker.Properties;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a rule matches. */
public sealed interface Filter {

  boolean matches(Message message);

  /** A condition in the SQL of Service Bus. */
  final class Sql implements Filter {
    private final String expression;
    private final Condition condition;

    /**
     * @throws dev.millrace.broker.Refused {@code INVALID}, with the position, if it makes no sense
     */
    public Sql(String expression) {
      this.expression = expression;
      this.condition = new SqlParser(expression).parse();
    }

    public String expression() {
      return expression;
    }

    @Override
    public boolean matches(Message message) {
      return condition.holds(message) == Truth.TRUE;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Sql that && that.expression.equals(expression);
    }

    @Override
    public int hashCode() {
      return expression.hashCode();
    }

    @Override
    public String toString() {
      return "Sql[" + expression + "]";
    }
  }

  /** Every field that is not null, and every property, must be equal. */
  record Correlation(
      @Nullable String correlationId,
      @Nullable String messageId,
      @Nullable String to,
      @Nullable String replyTo,
      @Nullable String label,
      @Nullable String sessionId,
      @Nullable String replyToSessionId,
      @Nullable String contentType,
      Map<String, Object> properties)
      implements Filter {

    public Correlation {
      properties = Properties.simple(properties); // what cannot be kept must not reach the store
    }

    @Override
    public boolean matches(Message message) {
      return same(correlationId, message.correlationId())
          && same(messageId, message.messageId())
          && same(to, message.to())
          && same(replyTo, message.replyTo())
          && same(label, message.label())
          && same(sessionId, message.sessionId())
          && same(replyToSessionId, message.replyToSessionId())
          && same(contentType, message.contentType())
          && properties.entrySet().stream().allMatch(wanted -> same(wanted, message));
    }

    private static boolean same(@Nullable String wanted, @Nullable String actual) {
      return wanted == null || wanted.equals(actual);
    }

    private static boolean same(Map.Entry<String, Object> wanted, Message message) {
      Object actual = message.properties().get(wanted.getKey());
      return actual != null && Operands.equal(wanted.getValue(), actual) == Truth.TRUE;
    }
  }

  /** Everything. */
  record All() implements Filter {
    @Override
    public boolean matches(Message message) {
      return true;
    }
  }

  /** Nothing. */
  record None() implements Filter {
    @Override
    public boolean matches(Message message) {
      return false;
    }
  }
}
