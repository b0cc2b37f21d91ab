package dev.millrace.broker;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message as it stands in a queue.
 *
 * @param payload the sender's bytes, from the properties on
 * @param annotations the sender's encoded message annotations; empty if there are none
 * @param enqueuedSequenceNumber of a subscription: the number that the topic gave it
 * @param deliveryCount how often it was delivered before, in vain
 * @param changedProperties application properties that were set since it was sent (by whoever gave
 *     it back, by dead-lettering); they go over those in the payload
 * @param deadLetterSource the queue it comes from, if it is a dead letter
 * @param lockToken null if it is not locked for whom it is handed to
 * @param scheduledFor when it becomes or became active, if it was scheduled
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Megabytes are not copied, and nobody compares deliveries.
public record Delivery(
    byte[] payload,
    byte[] annotations,
    boolean durable,
    int priority,
    @Nullable Long timeToLiveMillis,
    @Nullable String sessionId,
    @Nullable String partitionKey,
    long sequenceNumber,
    long enqueuedSequenceNumber,
    Instant enqueuedAt,
    @Nullable Instant scheduledFor,
    int deliveryCount,
    State state,
    Map<String, Object> changedProperties,
    @Nullable String deadLetterSource,
    @Nullable UUID lockToken,
    @Nullable Instant lockedUntil) {

  /** As peeking shows it. */
  public enum State {
    ACTIVE,
    DEFERRED,
    SCHEDULED
  }
}
