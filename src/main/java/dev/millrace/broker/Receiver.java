package dev.millrace.broker;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * One consumer of a queue. A receiver that asked for more than there was is hungry: its wake is
 * called once when there may be something, and it asks again. It runs on the thread that made
 * something available and outside of every lock; it must only hand on the news. One that was woken
 * and no longer wants anything says so by {@link #rest} (or is closed), and another is woken.
 */
public sealed interface Receiver extends AutoCloseable permits PlainReceiver, SessionReceiver {

  Queue.Mode mode();

  /**
   * Locks up to so many messages. Only in mode {@code PEEK_LOCK}.
   *
   * @throws Refused {@code SESSION_LOCK_LOST}, {@code UNAVAILABLE}
   */
  List<Delivery> receive(int max);

  /**
   * Removes up to so many messages and hands them over when that is durable; nothing to remove
   * answers at once. Only in mode {@code RECEIVE_AND_DELETE}.
   */
  CompletionStage<List<Delivery>> take(int max);

  /** Wants nothing for now (no credit): it is not woken until it asked again. */
  void rest();

  /** Ends the receiver. Locks of a plain one stay until they expire; that of a session ends. */
  @Override
  void close();
}
