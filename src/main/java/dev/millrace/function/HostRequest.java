package dev.millrace.function;

import com.microsoft.azure.functions.HttpMethod;
import com.microsoft.azure.functions.HttpRequestMessage;
import com.microsoft.azure.functions.HttpResponseMessage;
import com.microsoft.azure.functions.HttpStatus;
import com.microsoft.azure.functions.HttpStatusType;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A request as the host gave it, with its body as the library expects what is no text. */
final class HostRequest implements HttpRequestMessage<Optional<String>> {
  /** What decoders write for bytes that are no text. */
  private static final char IN_PLACE_OF_OTHERS = '\uFFFD';

  private final HttpRequestMessage<?> given;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final byte[] body;
  private final boolean damaged;

  private HostRequest(HttpRequestMessage<?> given, byte[] body, boolean damaged) {
    this.given = given;
    this.headers.putAll(given.getHeaders());
    this.body = body;
    this.damaged = damaged;
  }

  static HostRequest ofText(HttpRequestMessage<Optional<String>> given) {
    String text = given.getBody().orElse("");
    boolean damaged = text.indexOf(IN_PLACE_OF_OTHERS) >= 0;
    return new HostRequest(given, text.getBytes(StandardCharsets.UTF_8), damaged);
  }

  static HostRequest ofBytes(HttpRequestMessage<Optional<byte[]>> given) {
    return new HostRequest(given, given.getBody().orElse(new byte[0]), false);
  }

  @Override
  public Optional<String> getBody() {
    check();
    return body.length == 0
        ? Optional.empty()
        : Optional.of(Base64.getEncoder().encodeToString(body));
  }

  /** The host makes a text of most bodies, and drops those of which it does not know the length. */
  private void check() {
    String length = headers.get("Content-Length");
    String coding = headers.getOrDefault("Transfer-Encoding", "");
    if (length == null && coding.toLowerCase(Locale.ROOT).contains("chunked")) {
      throw Refusal.invalid(
          "Content-Length", "is required here: a body without a length is not handed over");
    }
    boolean other = length != null && !length.equals(Integer.toString(body.length));
    if (damaged || other) {
      throw Refusal.of(
          Code.UNSUPPORTED_MEDIA_TYPE,
          "This host hands over texts in UTF-8 only, and this was none. Send a file on its own to"
              + " /v1/uploads, as Content-Type: application/octet-stream, and name its id here.");
    }
  }

  @Override
  public URI getUri() {
    return given.getUri();
  }

  @Override
  public HttpMethod getHttpMethod() {
    return given.getHttpMethod();
  }

  @Override
  public Map<String, String> getHeaders() {
    return headers;
  }

  @Override
  public Map<String, String> getQueryParameters() {
    return given.getQueryParameters();
  }

  @Override
  public HttpResponseMessage.Builder createResponseBuilder(HttpStatus status) {
    return given.createResponseBuilder(status);
  }

  @Override
  public HttpResponseMessage.Builder createResponseBuilder(HttpStatusType status) {
    return given.createResponseBuilder(status);
  }
}
