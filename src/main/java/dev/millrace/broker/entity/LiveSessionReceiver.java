package dev.millrace.broker.entity;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.SessionReceiver;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The holder of a session, until it is closed or its lock expires. */
final class LiveSessionReceiver implements SessionReceiver {
  final Session session;
  final Runnable wake;
  private final LiveQueue queue;
  private final Mode mode;

  /** Guarded by the domain's lock. */
  boolean hungry;

  LiveSessionReceiver(LiveQueue queue, Session session, Mode mode, Runnable wake) {
    this.queue = queue;
    this.session = session;
    this.mode = mode;
    this.wake = wake;
  }

  @Override
  public String sessionId() {
    return session.id;
  }

  @Override
  public Mode mode() {
    return mode;
  }

  @Override
  public Instant lockedUntil() {
    return queue.domain.now(queue, work -> Instant.ofEpochMilli(session.lockedUntil));
  }

  @Override
  public boolean isHeld() {
    return queue.domain.now(queue, work -> session.holder == this);
  }

  @Override
  public List<Delivery> receive(int max) {
    Modes.require(mode, Mode.PEEK_LOCK);
    return queue.domain.now(queue, work -> queue.handout.to(work, this, max));
  }

  @Override
  public CompletionStage<List<Delivery>> take(int max) {
    Modes.require(mode, Mode.RECEIVE_AND_DELETE);
    return queue.domain.durably(queue, work -> queue.handout.to(work, this, max));
  }

  @Override
  public void rest() {
    queue.domain.quietly(queue, work -> hungry = false);
  }

  @Override
  public void close() {
    queue.domain.quietly(queue, work -> queue.leave(work, this));
  }
}
