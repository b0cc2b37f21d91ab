package dev.millrace.bus.servicebus;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.exception.ClientAuthenticationException;
import dev.millrace.job.Unavailable;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads what the broker answered, and says it in words for the person who has to mend it. */
public final class BusFaults {
  private static final Set<AmqpErrorCondition> LOST =
      Set.of(
          AmqpErrorCondition.MESSAGE_LOCK_LOST,
          AmqpErrorCondition.SESSION_LOCK_LOST,
          AmqpErrorCondition.MESSAGE_NOT_FOUND);
  private static final Set<AmqpErrorCondition> BUSY =
      Set.of(AmqpErrorCondition.SERVER_BUSY_ERROR, AmqpErrorCondition.RESOURCE_LIMIT_EXCEEDED);

  private BusFaults() {}

  /** Whether the broker says that a message is not ours any more. */
  public static boolean lockLost(Throwable fault) {
    return condition(fault).filter(LOST::contains).isPresent();
  }

  /** Whether the broker answered, and asks for patience. */
  static boolean busy(Throwable fault) {
    return condition(fault).filter(BUSY::contains).isPresent();
  }

  /** Whether a queue is not to be received from without sessions. */
  static boolean wantsSessions(Throwable fault) {
    return notAllowed(fault) && said(fault).contains("session");
  }

  /**
   * What a person has to mend before this entity can be used; empty when waiting may help.
   *
   * @param entity its name, for the sentence
   */
  public static Optional<String> impossible(String entity, Throwable fault) {
    if (notAllowed(fault)) {
      return Optional.of(entity + " does not allow this: " + said(fault));
    }
    return condition(fault)
        .flatMap(
            condition ->
                Optional.ofNullable(
                    switch (condition) {
                      case NOT_FOUND -> "there is no " + entity + " in the namespace";
                      case UNAUTHORIZED_ACCESS ->
                          "this identity may not use "
                              + entity
                              + ": give it the roles Azure Service Bus Data Receiver and Azure"
                              + " Service Bus Data Sender, or another key";
                      case ENTITY_DISABLED_ERROR -> entity + " is disabled";
                      case LINK_PAYLOAD_SIZE_EXCEEDED ->
                          entity + " takes no messages as large as this one";
                      default -> null;
                    }));
  }

  /** The fault of an attempt that may work later. */
  static Unavailable unavailable(String attempted, String entity, Throwable fault) {
    if (caused(fault, InterruptedException.class)) {
      Thread.currentThread().interrupt();
    }
    return new Unavailable(
        "could not %s %s: %s".formatted(attempted, entity, why(entity, fault)), fault);
  }

  /** In one line, for a log. */
  public static String why(String entity, Throwable fault) {
    if (caused(fault, ClientAuthenticationException.class)) {
      return "no identity could sign in. Run az login, or give this machine a managed identity;"
          + " AZURE_CLIENT_ID chooses among several";
    }
    if (caused(fault, InterruptedException.class)) {
      return "interrupted";
    }
    return impossible(entity, fault).orElseGet(() -> said(fault));
  }

  /** The library has an exception of its own for this one condition. */
  private static boolean notAllowed(Throwable fault) {
    return caused(fault, UnsupportedOperationException.class)
        || condition(fault).filter(AmqpErrorCondition.NOT_ALLOWED::equals).isPresent();
  }

  private static Optional<AmqpErrorCondition> condition(Throwable fault) {
    for (@Nullable Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof AmqpException amqp && amqp.getErrorCondition() != null) {
        return Optional.of(amqp.getErrorCondition());
      }
    }
    return Optional.empty();
  }

  /** What stands at the bottom of it; the library appends contexts that nobody can use. */
  private static String said(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    if (text.startsWith("Timeout on blocking read") || root instanceof TimeoutException) {
      return "no answer in time";
    }
    return text.lines()
        .findFirst()
        .orElse("no reason given")
        .replaceAll(",? errorContext\\[.*", "");
  }

  private static boolean caused(Throwable fault, Class<? extends Throwable> type) {
    for (@Nullable Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
