package dev.millrace.http.stream;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Hands ordinary blocking code to the server as an answer. The code runs on a virtual thread from
 * the moment that somebody reads, never gets ahead of the reader, and is interrupted when the
 * reader leaves.
 */
public final class Streamed<T> implements Publisher<T> {
  private final Source<T> source;

  public Streamed(Source<T> source) {
    this.source = source;
  }

  /** Makes the elements of an answer, one by one. */
  @FunctionalInterface
  public interface Source<T> {
    /** What it throws ends the answer, cut short. */
    void produce(Sink<T> sink) throws Exception;
  }

  /** Takes elements. Safe for use by many threads. */
  public interface Sink<T> {
    /**
     * Waits until the reader can take it.
     *
     * @throws InterruptedException when the reader has left
     */
    void send(T element) throws InterruptedException;

    /** Whether the reader has left. */
    boolean left();
  }

  @Override
  public void subscribe(Subscriber<? super T> reader) {
    var sending = new Sending(reader);
    reader.onSubscribe(sending);
    sending.thread.start();
  }

  private final class Sending implements Subscription, Sink<T> {
    private final Subscriber<? super T> reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread = Thread.ofVirtual().name("answer").unstarted(this::run);
    private long wanted;
    private boolean left;

    Sending(Subscriber<? super T> reader) {
      this.reader = reader;
    }

    private void run() {
      try {
        source.produce(this);
      } catch (InterruptedException e) {
        return; // the reader has left
      } catch (Exception e) { // whatever it is, the answer ends here
        if (!left()) {
          reader.onError(e);
        }
        return;
      }
      if (!left()) {
        reader.onComplete();
      }
    }

    /** Under the lock, so that nobody who has left is handed anything any more. */
    @Override
    public void send(T element) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (wanted == 0 && !left) {
          changed.await();
        }
        if (left) {
          throw new InterruptedException("the reader has left");
        }
        wanted--;
        reader.onNext(element);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean left() {
      lock.lock();
      try {
        return left;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void request(long more) {
      lock.lock();
      try {
        wanted = Long.MAX_VALUE - wanted < more ? Long.MAX_VALUE : wanted + more;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        left = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      thread.interrupt();
    }
  }
}
