package dev.millrace.http;

import dev.millrace.http.request.Disposition;
import dev.millrace.http.request.Header;
import dev.millrace.http.request.Ranges;
import dev.millrace.http.stream.Bytes;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Singleton;
import java.io.InputStream;

/**
 * Answers with a file that jobs have made, which may hold anything: it is saved and not shown, and
 * where it is shown it can do nothing.
 */
@Singleton
final class Files {
  private static final String SANDBOX = "sandbox; default-src 'none'";

  private final Carrier carrier;

  Files(Carrier carrier) {
    this.carrier = carrier;
  }

  /** Opens so many bytes from here on. */
  @FunctionalInterface
  interface Opening {
    InputStream open(long from, long length);
  }

  /** A file under its content's hash, which never changes; of a HEAD the head alone. */
  HttpResponse<Bytes> answer(
      HttpRequest<?> request,
      String name,
      String mediaType,
      long size,
      String sha256,
      Opening file) {
    String tag = "\"" + sha256 + "\"";
    if (Answers.known(request, tag)) {
      return guarded(HttpResponse.status(HttpStatus.NOT_MODIFIED), tag);
    }
    String condition = Header.of(request, HttpHeaders.IF_RANGE);
    boolean ranged =
        request.getMethod() == HttpMethod.GET && (condition == null || condition.equals(tag));
    String range = ranged ? Header.of(request, HttpHeaders.RANGE) : null;
    return switch (Ranges.of(range, size)) {
      case Ranges.Whole() ->
          filled(request, HttpResponse.ok(), name, mediaType, tag, 0, size, file);
      case Ranges.Part part -> {
        MutableHttpResponse<Bytes> answer = HttpResponse.status(HttpStatus.PARTIAL_CONTENT);
        answer.header(HttpHeaders.CONTENT_RANGE, part.header(size));
        yield filled(request, answer, name, mediaType, tag, part.from(), part.length(), file);
      }
      case Ranges.Beyond() ->
          guarded(
              HttpResponse.<Bytes>status(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                  .header(HttpHeaders.CONTENT_RANGE, "bytes */" + size),
              tag);
    };
  }

  private MutableHttpResponse<Bytes> filled(
      HttpRequest<?> request,
      MutableHttpResponse<Bytes> answer,
      String name,
      String mediaType,
      String tag,
      long from,
      long length,
      Opening file) {
    guarded(answer, tag)
        .header(HttpHeaders.CONTENT_LENGTH, Long.toString(length))
        .header(HttpHeaders.CONTENT_DISPOSITION, Disposition.attachment(name))
        .contentType(type(mediaType));
    if (request.getMethod() == HttpMethod.HEAD) {
      return answer;
    }
    carrier.check(length);
    return answer.body(Bytes.of(length, () -> file.open(from, length)));
  }

  private static MutableHttpResponse<Bytes> guarded(MutableHttpResponse<Bytes> answer, String tag) {
    return answer
        .header(HttpHeaders.ETAG, tag)
        .header(HttpHeaders.ACCEPT_RANGES, "bytes")
        .header("Content-Security-Policy", SANDBOX);
  }

  /** As the step has named it, if it is a type at all. */
  private static MediaType type(String mediaType) {
    return mediaType.matches(
            "[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; ?charset=[A-Za-z0-9-]+)?")
        ? MediaType.of(mediaType)
        : MediaType.APPLICATION_OCTET_STREAM_TYPE;
  }
}
