package dev.millrace.http.stream;

import io.micronaut.core.io.buffer.ReadBuffer;
import io.micronaut.core.io.buffer.ReadBufferFactory;
import io.micronaut.core.type.Argument;
import io.micronaut.core.type.MutableHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.body.ByteBodyFactory;
import io.micronaut.http.body.CloseableByteBody;
import io.micronaut.http.body.ResponseBodyWriter;
import jakarta.inject.Singleton;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Hands bytes to the server piece by piece, with their length where it is known. */
@Singleton
final class BytesWriter implements ResponseBodyWriter<Bytes> {
  private static final int PIECE = 64 * 1024;

  @Override
  public CloseableByteBody writePiece(
      ByteBodyFactory bodies,
      HttpRequest<?> request,
      HttpResponse<?> response,
      Argument<Bytes> type,
      MediaType mediaType,
      Bytes bytes) {
    var pieces =
        new Streamed<ReadBuffer>(
            sink -> {
              var out =
                  new BufferedOutputStream(new Piecewise(sink, bodies.readBufferFactory()), PIECE);
              bytes.writing().to(out);
              out.flush();
            });
    return bytes.length().isPresent() ? bodies.adapt(pieces, bytes.length()) : bodies.adapt(pieces);
  }

  @Override
  public void writeTo(
      Argument<Bytes> type,
      MediaType mediaType,
      Bytes bytes,
      MutableHeaders headers,
      OutputStream out) {
    try {
      bytes.writing().to(out);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static final class Piecewise extends OutputStream {
    private final Streamed.Sink<ReadBuffer> sink;
    private final ReadBufferFactory buffers;

    Piecewise(Streamed.Sink<ReadBuffer> sink, ReadBufferFactory buffers) {
      this.sink = sink;
      this.buffers = buffers;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        sink.send(buffers.adapt(Arrays.copyOfRange(bytes, from, from + length)));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the reader has left");
      }
    }
  }
}
