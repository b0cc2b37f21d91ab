package dev.millrace.http;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Problems;
import dev.millrace.http.problem.Refusal;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pages of other sites may call only from the origins that the settings name, and never with what a
 * browser has kept of a sign-in here.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class CrossOrigin implements Ordered {
  private static final String TOLD =
      "ETag, Location, Operation-Location, Retry-After, Link, Content-Disposition, Content-Range,"
          + " Preference-Applied, x-request-id";

  private final Set<String> origins;
  private final Problems problems;

  CrossOrigin(HttpSettings settings, Problems problems) {
    this.origins = settings.allowedOrigins();
    this.problems = problems;
  }

  /** Before it is asked who calls: a browser asks without saying so. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE + 1;
  }

  @RequestFilter
  @Nullable MutableHttpResponse<?> enter(HttpRequest<?> request) {
    if (allowed(request)) {
      boolean asks = request.getHeaders().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
      return request.getMethod() == HttpMethod.OPTIONS && asks ? permission(request) : null;
    }
    boolean foreign = "cross-site".equals(request.getHeaders().get("Sec-Fetch-Site"));
    return foreign || !ownOrigin(request)
        ? problems.answer(
            request, Refusal.of(Code.FORBIDDEN, "Pages of other sites may not call this server."))
        : null;
  }

  private boolean allowed(HttpRequest<?> request) {
    String origin = request.getHeaders().get(HttpHeaders.ORIGIN);
    return origin != null && origins.contains(origin);
  }

  private static boolean ownOrigin(HttpRequest<?> request) {
    String origin = request.getHeaders().get(HttpHeaders.ORIGIN);
    String host = request.getHeaders().get(HttpHeaders.HOST);
    return origin == null || origin.equals("http://" + host) || origin.equals("https://" + host);
  }

  private MutableHttpResponse<?> permission(HttpRequest<?> request) {
    MutableHttpResponse<?> answer = HttpResponse.noContent();
    leave(request, answer); // nobody else does when it is answered here
    return answer
        .header(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, DELETE")
        .header(
            HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer,"
                + " Range, x-request-id")
        .header(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "600");
  }

  @ResponseFilter
  void leave(HttpRequest<?> request, MutableHttpResponse<?> response) {
    if (!origins.isEmpty()) {
      response.getHeaders().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    if (allowed(request)) {
      response
          .header(
              HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, request.getHeaders().get(HttpHeaders.ORIGIN))
          .header(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, TOLD);
    }
  }
}
