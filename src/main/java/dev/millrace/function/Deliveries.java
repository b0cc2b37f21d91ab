package dev.millrace.function;

import dev.millrace.artifact.Rejected;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Peek;
import dev.millrace.bus.Verdict;
import dev.millrace.bus.pump.Gate;
import dev.millrace.job.Unavailable;
import dev.millrace.worker.Patience;
import dev.millrace.worker.Sweeper;
import dev.millrace.worker.Worker;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the worker what a host hands over, and makes of its verdict what a host understands: a
 * function that returns settles its message, one that throws gives it back.
 */
public final class Deliveries implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Deliveries.class);
  private static final int MANY = 10_000;

  private final Peek peek;
  private final Worker worker;
  private final Sweeper sweeper;
  private final Rejected rejected;
  private final ObjectMapper json;
  private final Gate gate;
  private final BusSettings bus;
  private final Duration recall;
  private final Semaphore hands = new Semaphore(MANY);

  public Deliveries(
      Peek peek,
      Worker worker,
      Sweeper sweeper,
      Rejected rejected,
      ObjectMapper json,
      BusSettings bus,
      FunctionSettings settings,
      Patience patience) {
    this.peek = peek;
    this.worker = worker;
    this.sweeper = sweeper;
    this.rejected = rejected;
    this.json = json;
    this.gate = new Gate(bus.limits());
    this.bus = bus;
    this.recall = recall(settings, patience);
  }

  /** Whatever begins before this has time enough for the longest call there may be. */
  static Duration recall(FunctionSettings settings, Patience patience) {
    Duration left = settings.timeout().minus(patience.longestCall()).minus(FunctionSettings.REST);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /**
   * Sees to a message that is locked for this call, and to be settled if it returns.
   *
   * @throws Unavailable when the message has to come again, because nothing else keeps what it says
   */
  public void take(String entity, long sequenceNumber) {
    var hold = Hold.begin(bus.lock().dividedBy(2), recall);
    hands.acquireUninterruptibly();
    try {
      Optional<Delivery.Received> message = peek.at(entity, sequenceNumber);
      if (message.isPresent()) { // else somebody has settled it since
        settle(message.get(), verdict(message.get(), hold));
      }
    } finally {
      hands.release();
    }
  }

  private Verdict verdict(Delivery.Received message, Hold hold) {
    Gate.Pass pass = gate.pass(hold::mayClaim);
    CompletableFuture.delayedExecutor(hold.claim().toNanos(), TimeUnit.NANOSECONDS)
        .execute(gate::look);
    var delivery = new HostDelivery(message, pass, hold);
    Verdict verdict = gate.handled(pass, delivery, worker::handle);
    while (verdict instanceof Verdict.LetGo(Duration pause) && !pause.isZero() && hold.mayClaim()) {
      pass.pause(pause);
      verdict = gate.handled(pass, delivery, worker::handle);
    }
    return verdict;
  }

  private void settle(Delivery.Received message, Verdict verdict) {
    switch (verdict) {
      case Verdict.Done done -> {}
      case Verdict.DeadLetter(String reason, String description) ->
          reject(message, reason, description);
      case Verdict.LetGo letGo -> passOn(message);
      case Verdict.Alone alone -> passOn(message);
    }
  }

  private void passOn(Delivery.Received message) {
    if (!(sweeper.setAside(message) instanceof Verdict.Done)) {
      throw new Unavailable(
          "the message " + message.identity() + " cannot be seen to now; it has to come again");
    }
  }

  private void reject(Delivery.Received message, String reason, String description) {
    try {
      String name =
          rejected.keep(
              message.entity(),
              message.enqueuedAt(),
              message.identity(),
              json.writeValueAsBytes(RejectedMessage.of(message, reason, description)));
      log.atWarn()
          .addKeyValue("message", message.identity())
          .addKeyValue("why", description)
          .addKeyValue("kept", name)
          .log("message rejected");
    } catch (IOException e) {
      throw new UncheckedIOException("a message that cannot be written as JSON", e);
    }
  }

  /** Begins nothing new, and lets what runs come to its next step, for as long as the drain may. */
  @Override
  public void close() {
    worker.stop();
    gate.close();
    try {
      boolean all = hands.tryAcquire(MANY, bus.drain().toNanos(), TimeUnit.NANOSECONDS);
      hands.release(all ? MANY : 0);
      log.atInfo().addKeyValue("complete", all).log("stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
