package dev.millrace.amqp.link;

import dev.millrace.amqp.wire.Conditions;
import dev.millrace.amqp.wire.Values;
import dev.millrace.broker.Settlement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Modified;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.messaging.Released;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.apache.qpid.protonj2.types.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * What the outcomes of AMQP mean here: accepted completes, modified abandons or defers, rejected
 * dead-letters, released gives back.
 */
final class Outcomes {
  private static final String REASON = "DeadLetterReason";
  private static final String DESCRIPTION = "DeadLetterErrorDescription";

  private Outcomes() {}

  /** Null for a state that settles nothing. */
  static @Nullable Settlement settlement(@Nullable DeliveryState state) {
    return switch (state) {
      case Accepted accepted -> new Settlement.Complete();
      case Released released -> new Settlement.Release();
      case Modified modified when modified.isUndeliverableHere() ->
          new Settlement.Defer(Values.plain(modified.getMessageAnnotations()));
      case Modified modified ->
          new Settlement.Abandon(Values.plain(modified.getMessageAnnotations()));
      case Rejected rejected -> deadLetter(rejected.getError());
      case null, default -> null;
    };
  }

  /**
   * The answer to a settlement that was done. One client looks at its kind, another takes any error
   * in it for a failure: so it is of the same kind, with no error.
   */
  static DeliveryState echo(DeliveryState state) {
    return state instanceof Rejected ? new Rejected() : state;
  }

  private static Settlement deadLetter(@Nullable ErrorCondition error) {
    if (error == null) {
      return new Settlement.DeadLetter(null, null, Map.of());
    }
    var info = new LinkedHashMap<>(Values.plain(error.getInfo()));
    boolean asDeadLetter = Conditions.DEAD_LETTER.equals(String.valueOf(error.getCondition()));
    var reason = info.remove(REASON);
    var description = info.remove(DESCRIPTION);
    return new Settlement.DeadLetter(
        reason == null && !asDeadLetter ? String.valueOf(error.getCondition()) : text(reason),
        description == null && !asDeadLetter ? error.getDescription() : text(description),
        info);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
