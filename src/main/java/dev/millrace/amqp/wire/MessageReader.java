package dev.millrace.amqp.wire;

import dev.millrace.broker.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** An encoded message as the broker takes it. */
public final class MessageReader {
  private static final int USUAL_PRIORITY = 4;

  private MessageReader() {}

  /**
   * @param withProperties whether somebody reads the application properties
   * @throws Unreadable when it is no message
   */
  public static Message read(byte[] encoded, boolean withProperties) {
    var sections = MessageSections.of(encoded);
    var named = sections.properties();
    if (named.messageId() == null) {
      sections = sections.withMessageId(someId());
      named = sections.properties();
    }
    var header = sections.header();
    var annotations = sections.annotations;
    return new Message(
        Arrays.copyOfRange(sections.bytes, sections.bare, sections.bytes.length),
        Arrays.copyOfRange(sections.bytes, annotations.value(), annotations.end()),
        Objects.requireNonNullElse(header.durable(), false),
        Objects.requireNonNullElse(header.priority(), USUAL_PRIORITY),
        header.timeToLive() == null ? null : Duration.ofMillis(header.timeToLive()),
        time(sections.annotation("x-opt-scheduled-enqueue-time")),
        named.messageId(),
        named.groupId(),
        named.replyToGroupId(),
        text(sections.annotation("x-opt-partition-key")),
        named.correlationId(),
        named.to(),
        named.replyTo(),
        named.subject(),
        named.contentType(),
        withProperties ? sections.applicationProperties() : Map.of());
  }

  /** 32 hexadecimal digits: unlike any other, but no secret. */
  private static String someId() {
    var random = ThreadLocalRandom.current();
    var hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  private static @Nullable Instant time(@Nullable Object value) {
    return value instanceof Instant time ? time : null;
  }

  private static @Nullable String text(@Nullable Object value) {
    return value instanceof String text ? text : null;
  }
}
