package dev.millrace.broker.filter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a rule matches. */
public sealed interface Filter {

  /** A condition in the SQL of Service Bus. */
  record Sql(String expression) implements Filter {}

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
      implements Filter {}

  /** Everything. */
  record All() implements Filter {}

  /** Nothing. */
  record None() implements Filter {}
}
