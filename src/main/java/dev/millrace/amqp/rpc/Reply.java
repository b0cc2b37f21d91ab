package dev.millrace.amqp.rpc;

import dev.millrace.amqp.connection.Refusal;
import dev.millrace.amqp.wire.Conditions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request, with a status as HTTP has them.
 *
 * @param condition of a failure
 */
public record Reply(
    int status, String description, @Nullable String condition, Map<String, ?> body) {
  static final Reply ACCEPTED = new Reply(202, "Accepted", null, Map.of());
  static final Reply OK = ok(Map.of());
  static final Reply NOTHING = new Reply(204, "No Content", null, Map.of());

  static Reply ok(Map<String, ?> body) {
    return new Reply(200, "OK", null, body);
  }

  static Reply refused(Refusal refusal) {
    return new Reply(
        status(refusal.condition()), refusal.description(), refusal.condition(), Map.of());
  }

  private static int status(String condition) {
    return switch (condition) {
      case Conditions.NOT_FOUND, Conditions.MESSAGE_NOT_FOUND -> 404;
      case Conditions.ALREADY_EXISTS -> 409;
      case Conditions.LOCK_LOST, Conditions.SESSION_LOCK_LOST -> 410;
      case Conditions.TIMEOUT -> 408;
      case Conditions.RESOURCE_LIMIT -> 403;
      case Conditions.TOO_LARGE -> 413;
      case Conditions.NOT_IMPLEMENTED -> 501;
      case Conditions.BUSY -> 503;
      case Conditions.INTERNAL_ERROR -> 500;
      default -> 400;
    };
  }
}
