package dev.millrace.broker.store;

import dev.millrace.broker.Rules.Rule;
import dev.millrace.broker.filter.Filter;
import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;

/** A rule, and its place in the order in which rules were added. */
public record StoredRule(long place, Rule rule) {
  static final Packed<StoredRule> PACKED =
      new Packed<>(StoredRule::write, StoredRule::read, rule -> 500);

  private static void write(WriteBuffer to, StoredRule stored) {
    to.putVarLong(stored.place);
    Values.putText(to, stored.rule.name());
    switch (stored.rule.filter()) {
      case Filter.All() -> to.put((byte) 1);
      case Filter.None() -> to.put((byte) 2);
      case Filter.Sql sql -> Values.putText(to.put((byte) 3), sql.expression());
      case Filter.Correlation c -> writeCorrelation(to.put((byte) 4), c);
    }
  }

  private static void writeCorrelation(WriteBuffer to, Filter.Correlation c) {
    Values.putText(to, c.correlationId());
    Values.putText(to, c.messageId());
    Values.putText(to, c.to());
    Values.putText(to, c.replyTo());
    Values.putText(to, c.label());
    Values.putText(to, c.sessionId());
    Values.putText(to, c.replyToSessionId());
    Values.putText(to, c.contentType());
    Values.putProperties(to, c.properties());
  }

  private static StoredRule read(ByteBuffer from) {
    long place = DataUtils.readVarLong(from);
    String name = Values.presentText(from);
    byte kind = from.get();
    Filter filter =
        switch (kind) {
          case 1 -> new Filter.All();
          case 2 -> new Filter.None();
          case 3 -> new Filter.Sql(Values.presentText(from));
          case 4 ->
              new Filter.Correlation(
                  Values.text(from),
                  Values.text(from),
                  Values.text(from),
                  Values.text(from),
                  Values.text(from),
                  Values.text(from),
                  Values.text(from),
                  Values.text(from),
                  Values.properties(from));
          default -> throw new IllegalStateException("unknown kind of rule in the store: " + kind);
        };
    return new StoredRule(place, new Rule(name, filter));
  }
}
