package dev.millrace.http.stream;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import org.reactivestreams.Publisher;

/** Bytes as an answer, a piece at a time. */
public final class Bytes {
  private static final int PIECE = 64 * 1024;

  private Bytes() {}

  /** Opens what is to be sent, once somebody reads. */
  @FunctionalInterface
  public interface Opening {
    InputStream open() throws IOException;
  }

  /** Writes what is to be sent. */
  @FunctionalInterface
  public interface Writing {
    void to(OutputStream out) throws IOException;
  }

  public static Publisher<byte[]> of(Opening opening) {
    return written(
        out -> {
          try (InputStream in = opening.open()) {
            in.transferTo(out);
          }
        });
  }

  public static Publisher<byte[]> written(Writing writing) {
    return new Streamed<>(
        sink -> {
          var out = new BufferedOutputStream(new Piecewise(sink), PIECE);
          writing.to(out);
          out.flush();
        });
  }

  private static final class Piecewise extends OutputStream {
    private final Streamed.Sink<byte[]> sink;

    Piecewise(Streamed.Sink<byte[]> sink) {
      this.sink = sink;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        sink.send(Arrays.copyOfRange(bytes, from, from + length));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the reader has left");
      }
    }
  }
}
