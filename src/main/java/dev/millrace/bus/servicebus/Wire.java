package dev.millrace.bus.servicebus;

import com.azure.core.amqp.models.AmqpMessageBodyType;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.ResultMessage;
import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What our records are as messages of the library, and the other way. */
public final class Wire {
  private static final String JSON = "application/json";
  private static final String TRACEPARENT = "traceparent";
  private static final String TRACESTATE = "tracestate";

  /** What older libraries call it. */
  private static final String DIAGNOSTIC_ID = "Diagnostic-Id";

  /** The broker's way to say that a message lives as long as its queue allows. */
  private static final Duration FOR_EVER = Duration.ofMillis(0xFFFF_FFFFL);

  private Wire() {}

  /** The body of a pointer. */
  @Serdeable
  record PointerBody(int schema, Target pointer) {
    static final int SCHEMA = 1;

    /** Where to look. */
    @Serdeable
    record Target(String tenant, String job) {}
  }

  static ServiceBusMessage message(Pointer pointer, ObjectMapper json) {
    var job = pointer.job();
    var body =
        new PointerBody(PointerBody.SCHEMA, new PointerBody.Target(job.tenant(), job.id().value()));
    try {
      var message =
          new ServiceBusMessage(BinaryData.fromBytes(json.writeValueAsBytes(body)))
              .setMessageId(pointer.messageId())
              .setSubject(Pointer.SUBJECT)
              .setContentType(JSON);
      if (pointer.traceparent() != null) {
        message.getApplicationProperties().put(TRACEPARENT, pointer.traceparent());
      }
      return message;
    } catch (IOException e) {
      throw new UncheckedIOException("a pointer that cannot be written as JSON", e);
    }
  }

  static ServiceBusMessage message(ResultMessage result) {
    var message =
        new ServiceBusMessage(result.body())
            .setMessageId(result.messageId())
            .setSubject(result.subject())
            .setContentType(JSON);
    if (result.correlationId() != null) {
      message.setCorrelationId(result.correlationId());
    }
    if (result.sessionId() != null) {
      message.setSessionId(result.sessionId());
    }
    message.getApplicationProperties().putAll(result.properties());
    return message;
  }

  /** Whether the body is of the kind that every library sends bytes and texts as. */
  public static boolean readable(ServiceBusReceivedMessage message) {
    return message.getRawAmqpMessage().getBody().getBodyType() == AmqpMessageBodyType.DATA;
  }

  /** A message on a queue of jobs. */
  public static Delivery.Received received(String entity, ServiceBusReceivedMessage message) {
    Instant enqueuedAt =
        message.getEnqueuedTime() == null ? Instant.EPOCH : message.getEnqueuedTime().toInstant();
    return new Delivery.Received(
        entity,
        message.getSequenceNumber(),
        blankToNull(message.getMessageId()),
        readable(message) ? message.getBody().toBytes() : new byte[0],
        blankToNull(message.getCorrelationId()),
        blankToNull(message.getReplyTo()),
        blankToNull(message.getReplyToSessionId()),
        enqueuedAt,
        expiresAt(enqueuedAt, message.getTimeToLive()),
        traceparent(message.getApplicationProperties()),
        text(message.getApplicationProperties(), TRACESTATE));
  }

  private static @Nullable Instant expiresAt(Instant enqueuedAt, @Nullable Duration timeToLive) {
    return timeToLive == null || timeToLive.isZero() || timeToLive.compareTo(FOR_EVER) >= 0
        ? null
        : enqueuedAt.plus(timeToLive);
  }

  private static @Nullable String traceparent(Map<String, Object> properties) {
    String own = text(properties, TRACEPARENT);
    return own == null ? text(properties, DIAGNOSTIC_ID) : own;
  }

  private static @Nullable String text(Map<String, Object> properties, String name) {
    return properties.get(name) instanceof String text ? blankToNull(text) : null;
  }

  private static @Nullable String blankToNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }

  /** A message on a topic of results. */
  static ResultMessage result(ServiceBusReceivedMessage message) {
    return new ResultMessage(
        Objects.requireNonNullElse(message.getMessageId(), ""),
        message.getCorrelationId(),
        message.getSessionId(),
        Objects.requireNonNullElse(message.getSubject(), ""),
        message.getApplicationProperties(),
        readable(message) ? message.getBody().toString() : "");
  }
}
