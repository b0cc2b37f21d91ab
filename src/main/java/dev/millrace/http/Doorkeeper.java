package dev.millrace.http;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Problems;
import dev.millrace.http.problem.Refusal;
import io.micronaut.context.annotation.Requires;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other sites away from a server that trusts its machine: a name that somebody else
 * lets point here is not ours, and neither is a request that a foreign page sends.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Requires(notEnv = "function")
final class Doorkeeper implements Ordered {
  private static final Set<String> OURS = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Problems problems;

  Doorkeeper(Problems problems) {
    this.problems = problems;
  }

  /** Before anybody else has an answer. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  @RequestFilter
  @Nullable MutableHttpResponse<byte[]> enter(HttpRequest<?> request) {
    String host = request.getHeaders().get(HttpHeaders.HOST);
    if (host == null || !OURS.contains(name(host))) {
      return problems.answer(
          request,
          Refusal.of(
              Code.FORBIDDEN, "The header Host must name this machine, as in localhost:8080."));
    }
    String origin = request.getHeaders().get(HttpHeaders.ORIGIN);
    boolean foreign = origin != null && !origin.equals("http://" + host);
    if (foreign || "cross-site".equals(request.getHeaders().get("Sec-Fetch-Site"))) {
      return problems.answer(
          request, Refusal.of(Code.FORBIDDEN, "Pages of other sites may not call this server."));
    }
    return null;
  }

  private static String name(String host) {
    try {
      String name = URI.create("http://" + host).getHost();
      return name == null ? "" : name.toLowerCase(java.util.Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
