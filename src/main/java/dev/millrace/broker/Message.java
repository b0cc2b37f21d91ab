package dev.millrace.broker;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message as it was sent: bytes that nobody here reads, and the facts that the rules need. The
 * arrays belong to the message once it is made.
 *
 * @param payload the encoded sections from the properties on
 * @param annotations the sender's encoded message annotations; empty if there are none
 * @param priority as in the header, 4 by default
 * @param timeToLive null if the sender set none
 * @param scheduledFor null if it is to be available at once
 * @param properties the application properties: String, Boolean, Byte, Short, Integer, Long, Float,
 *     Double, BigDecimal, Character, Instant, UUID, byte[]. May be empty where nobody reads them.
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes are not copied, and nobody compares messages.
public record Message(
    byte[] payload,
    byte[] annotations,
    boolean durable,
    int priority,
    @Nullable Duration timeToLive,
    @Nullable Instant scheduledFor,
    @Nullable String messageId,
    @Nullable String sessionId,
    @Nullable String replyToSessionId,
    @Nullable String partitionKey,
    @Nullable String correlationId,
    @Nullable String to,
    @Nullable String replyTo,
    @Nullable String label,
    @Nullable String contentType,
    Map<String, Object> properties) {

  public Message {
    properties = Map.copyOf(properties);
    properties.forEach(
        (name, value) -> {
          if (!isSimple(value)) {
            throw new IllegalArgumentException(
                "the property " + name + " is a " + value.getClass().getName());
          }
        });
  }

  public int size() {
    return payload.length + annotations.length;
  }

  private static boolean isSimple(Object value) {
    return switch (value) {
      case String s -> true;
      case Boolean b -> true;
      case Long n -> true;
      case Integer n -> true;
      case Short n -> true;
      case Byte n -> true;
      case Double n -> true;
      case Float n -> true;
      case BigDecimal n -> true;
      case Character c -> true;
      case Instant t -> true;
      case UUID u -> true;
      case byte[] b -> true;
      default -> false;
    };
  }
}
