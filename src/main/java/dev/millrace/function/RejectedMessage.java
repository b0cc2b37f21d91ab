package dev.millrace.function;

import dev.millrace.bus.Delivery;
import io.micronaut.serde.annotation.Serdeable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A message that nobody could read, as it is kept for people.
 *
 * @param body as text, where it is text
 * @param base64 the body, where it is none
 */
@Serdeable
record RejectedMessage(
    int schema,
    String reason,
    String description,
    String entity,
    long sequenceNumber,
    @Nullable String messageId,
    @Nullable String correlationId,
    Instant enqueuedAt,
    @Nullable String body,
    @Nullable String base64) {
  private static final int SCHEMA = 1;

  static RejectedMessage of(Delivery.Received message, String reason, String description) {
    String text = text(message.body());
    return new RejectedMessage(
        SCHEMA,
        reason,
        description,
        message.entity(),
        message.sequenceNumber(),
        message.messageId(),
        message.correlationId(),
        message.enqueuedAt(),
        text,
        text == null ? Base64.getEncoder().encodeToString(message.body()) : null);
  }

  private static @Nullable String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
