package dev.millrace.broker.store;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message in a queue, as it was put there; what becomes of it later is its {@link Standing}.
 * Times are in milliseconds.
 *
 * @param expiresAt {@link Long#MAX_VALUE} for never
 * @param scheduledFor 0 if it was not scheduled
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Stored(
    byte[] payload,
    byte[] annotations,
    boolean durable,
    int priority,
    @Nullable String sessionId,
    @Nullable String partitionKey,
    long enqueuedNumber,
    long enqueuedAt,
    long expiresAt,
    long scheduledFor) {
  static final Packed<Stored> PACKED =
      new Packed<>(Stored::write, Stored::read, stored -> stored.size() + 150);

  public int size() {
    return payload.length + annotations.length;
  }

  private static void write(WriteBuffer to, Stored stored) {
    to.put((byte) (stored.durable ? 1 : 0)).put((byte) stored.priority);
    Values.putText(to, stored.sessionId);
    Values.putText(to, stored.partitionKey);
    to.putVarLong(stored.enqueuedNumber).putVarLong(stored.enqueuedAt);
    to.putVarLong(stored.expiresAt).putVarLong(stored.scheduledFor);
    Values.putBytes(to, stored.annotations);
    Values.putBytes(to, stored.payload);
  }

  private static Stored read(ByteBuffer from) {
    boolean durable = from.get() == 1;
    int priority = from.get();
    String sessionId = Values.text(from);
    String partitionKey = Values.text(from);
    long enqueuedNumber = DataUtils.readVarLong(from);
    long enqueuedAt = DataUtils.readVarLong(from);
    long expiresAt = DataUtils.readVarLong(from);
    long scheduledFor = DataUtils.readVarLong(from);
    byte[] annotations = Values.bytes(from);
    byte[] payload = Values.bytes(from);
    return new Stored(
        payload,
        annotations,
        durable,
        priority,
        sessionId,
        partitionKey,
        enqueuedNumber,
        enqueuedAt,
        expiresAt,
        scheduledFor);
  }
}
