package dev.millrace.bus.pump;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Queues;
import dev.millrace.bus.Verdict;
import dev.millrace.bus.servicebus.Held;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.bus.servicebus.ReceiveLink;
import dev.millrace.bus.servicebus.Source;
import dev.millrace.bus.servicebus.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what lies in the queues to a handler, each delivery in a thread of its own, and settles it
 * by the handler's verdict. It takes as many messages as there are jobs that may run; each queue
 * has its share of them, so that a flood in one leaves the others theirs. A message that is only
 * being settled takes nobody's place: short jobs do not wait for the broker's disk.
 */
public final class Pump implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pump.class);

  /** So many may wait for the broker's answer beside those that run. */
  private static final int MOST_BEING_SETTLED = 200;

  private static final Verdict GIVE_BACK = new Verdict.LetGo(Duration.ZERO);
  private static final String NOT_DATA =
      "the body is an AMQP value or sequence; send the JSON as bytes, as every SDK does by itself";

  private final Namespace namespace;
  private final Queues queues;
  private final BusSettings.Limits limits;
  private final Function<Delivery, Verdict> handler;
  private final Gate gate;
  private final List<ReceiveLink> links = new ArrayList<>();
  private final Set<Lease> inHand = ConcurrentHashMap.newKeySet();
  private final Semaphore settling = new Semaphore(MOST_BEING_SETTLED);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition oneLess = lock.newCondition();
  private volatile boolean stopping;

  /**
   * @param handler says what is to become of a delivery; used by many threads at once
   */
  public Pump(
      Namespace namespace,
      Queues queues,
      BusSettings.Limits limits,
      Function<Delivery, Verdict> handler) {
    this.namespace = namespace;
    this.queues = queues;
    this.limits = limits;
    this.handler = handler;
    this.gate = new Gate(limits);
  }

  /** Begins to take messages. A broker that is away is waited for. */
  public void start() {
    int number = queues.queues().size();
    for (int i = 0; i < number; i++) {
      String entity = queues.queues().get(i).name();
      var link =
          new ReceiveLink(namespace, new Source.Queue(entity), held -> arrived(entity, held));
      links.add(link);
      link.ask(Math.max(1, limits.all() / number + (i < limits.all() % number ? 1 : 0)));
    }
  }

  private void arrived(String entity, Held held) {
    var lease = new Lease(entity, held, gate);
    inHand.add(lease);
    Thread.ofVirtual()
        .name("delivery-" + entity + "-" + lease.message().sequenceNumber())
        .start(() -> work(lease));
  }

  private void work(Lease lease) {
    Verdict verdict = stopping ? GIVE_BACK : verdict(lease);
    if (verdict instanceof Verdict.LetGo(Duration pause)) {
      lease.pass().pause(pause);
    }
    settle(lease.held(), verdict);
    inHand.remove(lease);
    if (stopping) {
      lock.lock();
      try {
        oneLess.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Another may come in its place as soon as it has been worked on, within limits. */
  private void settle(Held held, Verdict verdict) {
    boolean early = settling.tryAcquire();
    if (early) {
      askForAnother(held);
    }
    held.settle(verdict);
    if (early) {
      settling.release();
    } else {
      askForAnother(held);
    }
  }

  private void askForAnother(Held held) {
    if (!stopping) {
      held.askForAnother();
    }
  }

  private Verdict verdict(Lease lease) {
    if (!Wire.readable(lease.held().message())) {
      return new Verdict.DeadLetter("malformed", NOT_DATA);
    }
    return gate.handled(lease.pass(), lease, handler);
  }

  /**
   * Takes nothing new, gives back what waits, and lets what runs come to its end. What has not at
   * the time limit is given back under its feet, so that another worker goes on with it at once.
   *
   * @return whether all that ran has come to its end
   */
  public boolean drain(Duration limit) {
    stopping = true;
    gate.close();
    boolean drained = awaitEmpty(limit);
    links.forEach(ReceiveLink::stop); // else what is given back would come here again
    for (Lease left : inHand) {
      log.atWarn()
          .addKeyValue("queue", left.message().entity())
          .addKeyValue("message", left.message().identity())
          .log("still running at the end of the drain time; given back");
      left.held().settle(GIVE_BACK);
    }
    close();
    return drained;
  }

  private boolean awaitEmpty(Duration limit) {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (!inHand.isEmpty() && left > 0) {
        left = oneLess.awaitNanos(left);
      }
      return inHand.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** How many deliveries are in hand. */
  public int inHand() {
    return inHand.size();
  }

  /** Lets go of the connections. What is in hand comes again when its lock has run out. */
  @Override
  public void close() {
    stopping = true;
    gate.close();
    links.forEach(ReceiveLink::close);
  }
}
