package dev.millrace.http.request;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpRequestWrapper;
import io.micronaut.http.MediaType;
import io.micronaut.http.ServerHttpRequest;
import io.micronaut.http.exceptions.BufferLengthExceededException;
import io.micronaut.http.exceptions.ContentLengthExceededException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, as it came: its type is checked, its length is bounded. It may still be on
 * its way, or lie there whole, as the host likes.
 */
public final class Body {
  /** How long a body in JSON may take to arrive. */
  private static final int PATIENCE_SECONDS = 30;

  private final HttpRequest<?> request;

  public Body(HttpRequest<?> request) {
    this.request = request;
    String encoding = request.getHeaders().get(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw Refusal.of(
          Code.UNSUPPORTED_MEDIA_TYPE,
          "Send the body as it is: Content-Encoding is not read here.");
    }
  }

  public boolean isJson() {
    return type() != null && type().matchesAllOrWildcardOrExtension("json");
  }

  public boolean isMultipart() {
    return type() != null && type().getName().equals("multipart/form-data");
  }

  /** A parameter of the content type, as {@code boundary}. */
  public @Nullable String parameter(String name) {
    return type() == null ? null : type().getParameters().get(name).orElse(null);
  }

  private @Nullable MediaType type() {
    return request.getContentType().orElse(null);
  }

  /** All of it, if it is JSON in UTF-8 of at most so many bytes. */
  public byte[] json(int largest) {
    String charset = parameter("charset");
    if (!isJson() || (charset != null && !charset.toLowerCase(Locale.ROOT).equals("utf-8"))) {
      throw Refusal.of(
          Code.UNSUPPORTED_MEDIA_TYPE, "Send JSON in UTF-8, as Content-Type: application/json.");
    }
    return whole(largest);
  }

  /** All of it, whatever it is, if it has at most so many bytes. */
  public byte[] whole(int largest) {
    checkLength(largest);
    try (var all = carrier(request).byteBody().buffer().get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      if (all.length() > largest) {
        throw tooLarge(largest);
      }
      return all.toByteArray();
    } catch (TimeoutException e) {
      throw Refusal.of(
          Code.TIMEOUT, "The body did not arrive within " + PATIENCE_SECONDS + " seconds.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refusal.of(Code.UNAVAILABLE, "The server stops. Try again.");
    } catch (ExecutionException e) {
      throw broken(e.getCause(), largest);
    }
  }

  private static RuntimeException broken(@Nullable Throwable cause, long largest) {
    boolean length = isTooLarge(cause) || (cause != null && isTooLarge(cause.getCause()));
    return length
        ? tooLarge(largest)
        : Refusal.of(Code.INVALID_REQUEST, "The body broke off before its end.");
  }

  private static boolean isTooLarge(@Nullable Throwable fault) {
    return fault instanceof ContentLengthExceededException
        || fault instanceof BufferLengthExceededException;
  }

  /** It as a stream of at most so many bytes. The caller closes it. */
  public InputStream stream(long largest) {
    checkLength(largest);
    return new Bounded(carrier(request).byteBody().toInputStream(), largest);
  }

  /** A host may wrap a request for a controller; the bytes are with the innermost. */
  private static ServerHttpRequest<?> carrier(HttpRequest<?> request) {
    HttpRequest<?> inner = request;
    while (!(inner instanceof ServerHttpRequest<?>)
        && inner instanceof HttpRequestWrapper<?> outer) {
      inner = outer.getDelegate();
    }
    return (ServerHttpRequest<?>) inner;
  }

  private void checkLength(long largest) {
    if (request.getContentLength() > largest) {
      throw tooLarge(largest);
    }
  }

  static Refusal tooLarge(long largest) {
    return Refusal.of(Code.TOO_LARGE, "At most " + largest + " bytes are taken here.");
  }

  /** What a client does wrong is told as that, and not as a fault of the store behind it. */
  private static final class Bounded extends FilterInputStream {
    private final long largest;
    private long seen;

    Bounded(InputStream in, long largest) {
      super(in);
      this.largest = largest;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        int count = super.read(bytes, from, length);
        seen += Math.max(0, count);
        if (seen > largest) {
          throw tooLarge(largest);
        }
        return count;
      } catch (IOException e) {
        throw broken(e, largest);
      }
    }
  }
}
