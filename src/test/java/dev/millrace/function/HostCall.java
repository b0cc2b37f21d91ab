package dev.millrace.function;

import com.microsoft.azure.functions.HttpMethod;
import com.microsoft.azure.functions.HttpRequestMessage;
import com.microsoft.azure.functions.HttpResponseMessage;
import com.microsoft.azure.functions.HttpStatus;
import com.microsoft.azure.functions.HttpStatusType;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A request as the host hands it over: an absolute address, the names of headers in lower case,
 * queries in a map beside the address, empty ones left out, and a body that is text or bytes by the
 * content type, none where there is no length.
 */
record HostCall<T>(
    HttpMethod getHttpMethod,
    URI getUri,
    Map<String, String> getHeaders,
    Map<String, String> getQueryParameters,
    Optional<T> getBody)
    implements HttpRequestMessage<Optional<T>> {
  private static final String HOST = "https://mill.azurewebsites.net";

  static HostCall<String> text(String method, String path, byte[] body, String... headers) {
    boolean chunked = Stream.of(headers).anyMatch("transfer-encoding"::equals);
    Optional<String> text =
        body.length == 0 || chunked
            ? Optional.empty()
            : Optional.of(new String(body, StandardCharsets.UTF_8));
    return of(method, path, body.length, text, headers);
  }

  static HostCall<byte[]> bytes(String path, byte[] body) {
    return of(
        "POST",
        path,
        body.length,
        body.length == 0 ? Optional.empty() : Optional.of(body),
        "content-type",
        "application/octet-stream");
  }

  private static <T> HostCall<T> of(
      String method, String path, int length, Optional<T> body, String... headers) {
    var all = new HashMap<String, String>();
    all.put("host", "mill.azurewebsites.net");
    all.put("user-agent", "curl/8");
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    if (length > 0 && !all.containsKey("transfer-encoding")) {
      all.put("content-length", Integer.toString(length));
    }
    URI uri = URI.create(HOST + path);
    return new HostCall<>(HttpMethod.value(method), uri, all, query(uri), body);
  }

  private static Map<String, String> query(URI uri) {
    var all = new HashMap<String, String>();
    if (uri.getRawQuery() != null) {
      for (String pair : uri.getRawQuery().split("&")) {
        String[] parts = pair.split("=", 2);
        if (parts.length == 2 && !parts[1].isEmpty()) {
          all.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
      }
    }
    return all;
  }

  @Override
  public HttpResponseMessage.Builder createResponseBuilder(HttpStatus status) {
    return new HostAnswer(status);
  }

  @Override
  public HttpResponseMessage.Builder createResponseBuilder(HttpStatusType status) {
    return new HostAnswer(status);
  }
}
