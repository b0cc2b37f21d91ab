package dev.millrace.amqp.connection;

import dev.millrace.amqp.wire.Conditions;
import dev.millrace.amqp.wire.Unreadable;
import dev.millrace.broker.Refused;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.apache.qpid.protonj2.engine.Link;
import org.apache.qpid.protonj2.types.transport.ErrorCondition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An error as a link sees it. */
public record Refusal(String condition, String description) {
  private static final Logger log = LoggerFactory.getLogger(Refusal.class);

  /** What a client is told of a failure; one that is nobody's fault but ours is logged. */
  public static Refusal of(Throwable failure) {
    var cause = cause(failure);
    var text = Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    return switch (cause) {
      case Refused refused -> new Refusal(condition(refused.reason()), text);
      case Unreadable unreadable -> new Refusal(Conditions.DECODE_ERROR, text);
      default -> {
        log.error("the local Service Bus failed at a request", cause);
        yield new Refusal(
            Conditions.INTERNAL_ERROR, "The local Service Bus failed; its log says more.");
      }
    };
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException chained && chained.getCause() != null
        ? chained.getCause()
        : failure;
  }

  private static String condition(Refused.Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> Conditions.NOT_FOUND;
      case ALREADY_EXISTS -> Conditions.ALREADY_EXISTS;
      case NOT_ALLOWED -> Conditions.NOT_ALLOWED;
      case INVALID -> Conditions.INVALID_FIELD;
      case LOCK_LOST -> Conditions.LOCK_LOST;
      case SESSION_LOCK_LOST -> Conditions.SESSION_LOCK_LOST;
      case SESSION_CANNOT_BE_LOCKED -> Conditions.SESSION_CANNOT_BE_LOCKED;
      case MESSAGE_NOT_FOUND -> Conditions.MESSAGE_NOT_FOUND;
      case TIMEOUT -> Conditions.TIMEOUT;
      case ENTITY_FULL -> Conditions.RESOURCE_LIMIT;
      case TOO_LARGE -> Conditions.TOO_LARGE;
      case UNSUPPORTED -> Conditions.NOT_IMPLEMENTED;
      case UNAVAILABLE -> Conditions.BUSY;
    };
  }

  /**
   * Refuses an attach as the protocol wants it: attach without the terminus that was asked for,
   * then detach with the error.
   */
  public void answer(Link<?> link) {
    if (link.isRemotelyClosedOrDetached()) {
      return;
    }
    link.setProperties(Map.of());
    link.open();
    close(link);
  }

  /** Detaches an attached link with the error. */
  public void close(Link<?> link) {
    if (link.isLocallyOpen()) {
      link.setCondition(error());
      link.close();
    }
  }

  public ErrorCondition error() {
    return new ErrorCondition(condition, description);
  }
}
