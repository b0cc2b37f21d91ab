package dev.millrace.amqp.rpc;

import dev.millrace.broker.Rules;
import dev.millrace.broker.filter.Filter;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.jspecify.annotations.Nullable;

/** A rule as it is told to clients: described lists under numbers of Service Bus. */
final class DescribedRule {
  private static final long DESCRIPTION = 0x137_0000_0004L;
  private static final long NO_ACTION = 0x137_0000_0005L;

  /** Not a slip: those of filters have a digit less. */
  private static final long SQL = 0x13_7000_0006L;

  private static final long TRUE = 0x13_7000_0007L;
  private static final long FALSE = 0x13_7000_0008L;
  private static final long CORRELATION = 0x13_7000_0009L;
  private static final int SQL_LEVEL = 20;

  private DescribedRule() {}

  static DescribedType of(Rules.Rule rule) {
    return described(DESCRIPTION, filter(rule.filter()), described(NO_ACTION), rule.name());
  }

  private static DescribedType filter(Filter filter) {
    return switch (filter) {
      case Filter.Sql sql -> described(SQL, sql.expression(), SQL_LEVEL);
      case Filter.All all -> described(TRUE, "1=1", SQL_LEVEL);
      case Filter.None none -> described(FALSE, "1=0", SQL_LEVEL);
      case Filter.Correlation c ->
          described(
              CORRELATION,
              c.correlationId(),
              c.messageId(),
              c.to(),
              c.replyTo(),
              c.label(),
              c.sessionId(),
              c.replyToSessionId(),
              c.contentType(),
              values(c.properties()));
    };
  }

  /** Times go as the codec knows them. */
  private static Map<String, Object> values(Map<String, Object> properties) {
    var map = new LinkedHashMap<String, Object>();
    properties.forEach(
        (name, value) -> map.put(name, value instanceof Instant time ? Date.from(time) : value));
    return map;
  }

  private static DescribedType described(long descriptor, @Nullable Object... fields) {
    List<@Nullable Object> list = Arrays.asList(fields);
    return new UnknownDescribedType(UnsignedLong.valueOf(descriptor), list);
  }
}
