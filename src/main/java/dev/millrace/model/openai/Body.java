package dev.millrace.model.openai;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/**
 * The body of an answer, as it comes. One thread reads it. To close it early ends the connection.
 */
final class Body extends InputStream {
  /** Longer answers than any model should give would only fill the memory. */
  private static final long LARGEST = 64 << 20;

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final Pump pump = new Pump();
  private final long stall;
  private final long deadline;
  private ByteBuffer current = ByteBuffer.allocate(0);
  private boolean ended;
  private long read;

  private Body(Duration stall, long deadline) {
    this.stall = stall.toNanos();
    this.deadline = deadline;
  }

  /**
   * @param stall how long there may be silence
   * @param deadline of the whole, as nano time
   */
  static Body of(Flux<ByteBuffer> bytes, Duration stall, long deadline) {
    var body = new Body(stall, deadline);
    bytes.subscribe(body.pump);
    return body;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!current.hasRemaining() && !ended) {
      next();
    }
    if (!current.hasRemaining()) {
      return -1;
    }
    int some = Math.min(length, current.remaining());
    current.get(target, offset, some);
    return some;
  }

  private void next() throws IOException {
    switch (awaited()) {
      case Piece.Bytes(ByteBuffer bytes) -> {
        current = bytes;
        read += bytes.remaining();
        if (read > LARGEST) {
          throw new IOException("the answer is too large");
        }
        pump.request(1);
      }
      case Piece.End(@Nullable Throwable fault) -> {
        ended = true;
        if (fault != null) {
          throw new IOException("the connection was lost", fault);
        }
      }
    }
  }

  private Piece awaited() throws IOException {
    long left = deadline - System.nanoTime();
    try {
      Piece piece = pieces.poll(Math.max(0, Math.min(left, stall)), TimeUnit.NANOSECONDS);
      if (piece == null) {
        throw new Stalled(left < stall ? "it did not end in time" : "it fell silent");
      }
      return piece;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  @Override
  public void close() {
    pump.cancel();
  }

  /** Nothing came for too long. */
  static final class Stalled extends IOException {
    private static final long serialVersionUID = 1;

    Stalled(String how) {
      super(how);
    }
  }

  private sealed interface Piece {
    record Bytes(ByteBuffer bytes) implements Piece {}

    record End(@Nullable Throwable fault) implements Piece {}
  }

  /** One piece is fetched when one has been read, so that a slow reader slows the sender down. */
  private final class Pump extends BaseSubscriber<ByteBuffer> {
    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(2);
    }

    @Override
    protected void hookOnNext(ByteBuffer bytes) {
      pieces.add(new Piece.Bytes(bytes));
    }

    @Override
    protected void hookOnComplete() {
      pieces.add(new Piece.End(null));
    }

    @Override
    protected void hookOnError(Throwable fault) {
      pieces.add(new Piece.End(fault));
    }
  }
}
