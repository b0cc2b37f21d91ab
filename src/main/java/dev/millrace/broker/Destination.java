package dev.millrace.broker;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where messages are sent to: a queue or a topic. */
public interface Destination {

  /** Whether {@link Message#properties} are looked at. If not, a sender need not decode them. */
  boolean readsProperties();

  /**
   * Takes all of these messages, in this order, or none. Those with a {@link Message#scheduledFor}
   * in the future wait for it. A duplicate is dropped without a word.
   *
   * @return the sequence numbers, when everything is durable; or refused: {@code TOO_LARGE}, {@code
   *     ENTITY_FULL}, {@code NOT_ALLOWED} (a session id is missing; dead letters and subscriptions
   *     take no messages), {@code UNAVAILABLE}
   */
  CompletionStage<long[]> publish(List<Message> messages);

  /**
   * Forgets scheduled messages, all of them or none.
   *
   * @return refused with {@code MESSAGE_NOT_FOUND} if one is not scheduled (any more)
   */
  CompletionStage<Void> cancelScheduled(List<Long> sequenceNumbers);
}
