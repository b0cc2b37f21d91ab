package dev.millrace.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
 *     Double, BigDecimal, Character, Instant, UUID, byte[]; others are refused as {@code INVALID},
 *     null counts as absent. May be empty where nobody reads them.
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
    properties = Properties.simple(properties);
  }

  public int size() {
    return payload.length + annotations.length;
  }
}
