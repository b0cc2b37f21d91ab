package dev.millrace.broker.store;

import dev.millrace.broker.Message;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/** How a message that waits for its time lies in the file: with everything that rules may ask. */
final class Waiting {
  static final Packed<Message> PACKED =
      new Packed<>(Waiting::write, Waiting::read, message -> message.size() + 400);

  private Waiting() {}

  private static void write(WriteBuffer to, Message message) {
    to.put((byte) (message.durable() ? 1 : 0)).put((byte) message.priority());
    Duration timeToLive = message.timeToLive();
    to.putVarLong(timeToLive == null ? -1 : timeToLive.toMillis());
    Instant scheduledFor = message.scheduledFor();
    to.putVarLong(scheduledFor == null ? 0 : scheduledFor.toEpochMilli());
    Values.putText(to, message.messageId());
    Values.putText(to, message.sessionId());
    Values.putText(to, message.replyToSessionId());
    Values.putText(to, message.partitionKey());
    Values.putText(to, message.correlationId());
    Values.putText(to, message.to());
    Values.putText(to, message.replyTo());
    Values.putText(to, message.label());
    Values.putText(to, message.contentType());
    Values.putProperties(to, message.properties());
    Values.putBytes(to, message.annotations());
    Values.putBytes(to, message.payload());
  }

  private static Message read(ByteBuffer from) {
    boolean durable = from.get() == 1;
    int priority = from.get();
    @Nullable Duration timeToLive = timeToLive(DataUtils.readVarLong(from));
    Instant scheduledFor = Instant.ofEpochMilli(DataUtils.readVarLong(from));
    String messageId = Values.text(from);
    String sessionId = Values.text(from);
    String replyToSessionId = Values.text(from);
    String partitionKey = Values.text(from);
    String correlationId = Values.text(from);
    String to = Values.text(from);
    String replyTo = Values.text(from);
    String label = Values.text(from);
    String contentType = Values.text(from);
    var properties = Values.properties(from);
    byte[] annotations = Values.bytes(from);
    byte[] payload = Values.bytes(from);
    return new Message(
        payload,
        annotations,
        durable,
        priority,
        timeToLive,
        scheduledFor,
        messageId,
        sessionId,
        replyToSessionId,
        partitionKey,
        correlationId,
        to,
        replyTo,
        label,
        contentType,
        properties);
  }

  private static @Nullable Duration timeToLive(long millis) {
    return millis < 0 ? null : Duration.ofMillis(millis);
  }
}
