package dev.millrace.broker.entity;

import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.SessionReceiver;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;

/** Somebody who waits for the next session. */
record Acceptor(
    LiveQueue queue,
    long turn,
    long deadline,
    Mode mode,
    Runnable wake,
    CompletableFuture<SessionReceiver> answer) {
  static final Comparator<Acceptor> BY_DEADLINE =
      Comparator.comparingLong(Acceptor::deadline).thenComparingLong(Acceptor::turn);
  static final Comparator<Acceptor> BY_TURN = Comparator.comparingLong(Acceptor::turn);
}
