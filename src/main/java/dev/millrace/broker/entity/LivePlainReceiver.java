package dev.millrace.broker.entity;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.PlainReceiver;
import dev.millrace.broker.Queue.Mode;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A receiver of a queue without sessions. */
final class LivePlainReceiver implements PlainReceiver {
  private final LiveQueue queue;
  private final Mode mode;
  private final Runnable wake;
  private volatile boolean closed;

  LivePlainReceiver(LiveQueue queue, Mode mode, Runnable wake) {
    this.queue = queue;
    this.mode = mode;
    this.wake = wake;
  }

  Runnable wake() {
    return wake;
  }

  @Override
  public Mode mode() {
    return mode;
  }

  @Override
  public List<Delivery> receive(int max) {
    Modes.require(mode, Mode.PEEK_LOCK);
    return queue.domain.now(queue, work -> closed ? List.of() : queue.handout.to(work, this, max));
  }

  @Override
  public CompletionStage<List<Delivery>> take(int max) {
    Modes.require(mode, Mode.RECEIVE_AND_DELETE);
    return queue.domain.durably(
        queue, work -> closed ? List.of() : queue.handout.to(work, this, max));
  }

  @Override
  public void rest() {
    queue.domain.quietly(queue, work -> queue.handout.asked(work, this, false));
  }

  @Override
  public void close() {
    closed = true;
    rest();
  }
}
