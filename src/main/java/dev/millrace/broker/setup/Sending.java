package dev.millrace.broker.setup;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a queue or topic takes messages.
 *
 * @param duplicateWindow for so long a second message with the same id is dropped; null if not
 * @param maxMessageSize in bytes
 * @param maxSize in bytes of all messages together
 * @param defaultTimeToLive null if messages live for ever
 */
public record Sending(
    @Nullable Duration duplicateWindow,
    int maxMessageSize,
    long maxSize,
    @Nullable Duration defaultTimeToLive) {
  public static final Sending DEFAULT = new Sending(null, 1 << 20, 1L << 30, null);

  public Sending withDuplicateWindow(@Nullable Duration window) {
    return new Sending(window, maxMessageSize, maxSize, defaultTimeToLive);
  }

  public Sending withMaxMessageSize(int bytes) {
    return new Sending(duplicateWindow, bytes, maxSize, defaultTimeToLive);
  }

  public Sending withMaxSize(long bytes) {
    return new Sending(duplicateWindow, maxMessageSize, bytes, defaultTimeToLive);
  }

  public Sending withDefaultTimeToLive(Duration time) {
    return new Sending(duplicateWindow, maxMessageSize, maxSize, time);
  }
}
