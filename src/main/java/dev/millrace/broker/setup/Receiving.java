package dev.millrace.broker.setup;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a queue or subscription hands messages out.
 *
 * @param maxDeliveryCount a message that was delivered so often in vain becomes a dead letter
 * @param defaultTimeToLive null if messages live for ever
 * @param deadLetterOnExpiration otherwise an expired message is gone
 */
public record Receiving(
    Duration lockDuration,
    int maxDeliveryCount,
    boolean requiresSession,
    @Nullable Duration defaultTimeToLive,
    boolean deadLetterOnExpiration) {
  public static final Receiving DEFAULT =
      new Receiving(Duration.ofSeconds(30), 10, false, null, false);

  public Receiving withLockDuration(Duration duration) {
    return new Receiving(
        duration, maxDeliveryCount, requiresSession, defaultTimeToLive, deadLetterOnExpiration);
  }

  public Receiving withMaxDeliveryCount(int count) {
    return new Receiving(
        lockDuration, count, requiresSession, defaultTimeToLive, deadLetterOnExpiration);
  }

  public Receiving withSessions() {
    return new Receiving(
        lockDuration, maxDeliveryCount, true, defaultTimeToLive, deadLetterOnExpiration);
  }

  public Receiving withDefaultTimeToLive(Duration time) {
    return new Receiving(
        lockDuration, maxDeliveryCount, requiresSession, time, deadLetterOnExpiration);
  }

  public Receiving withDeadLetterOnExpiration(boolean deadLetter) {
    return new Receiving(
        lockDuration, maxDeliveryCount, requiresSession, defaultTimeToLive, deadLetter);
  }
}
