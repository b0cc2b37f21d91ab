package dev.millrace.http;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Problems;
import dev.millrace.http.problem.Refusal;
import dev.millrace.security.SecuritySettings;
import io.micronaut.context.annotation.Requires;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps out what comes under a name that somebody else lets point here. A server that trusts
 * whoever reaches it has to; one where callers sign in answers to any name, unless its names are
 * set.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Requires(notEnv = "function")
final class Doorkeeper implements Ordered {
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

  private final boolean anyName;
  private final Set<String> names;
  private final Problems problems;

  Doorkeeper(HttpSettings settings, SecuritySettings security, Problems problems) {
    this.anyName = security.how() != SecuritySettings.Mode.OPEN && settings.serverNames().isEmpty();
    this.names = new HashSet<>(THIS_MACHINE);
    this.names.addAll(settings.serverNames());
    this.problems = problems;
  }

  /** Before anybody else has an answer. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE + 1;
  }

  @RequestFilter
  @Nullable MutableHttpResponse<byte[]> enter(HttpRequest<?> request) {
    String host = request.getHeaders().get(HttpHeaders.HOST);
    return host != null && (anyName || names.contains(name(host)))
        ? null
        : problems.answer(
            request,
            Refusal.of(
                Code.FORBIDDEN,
                "The header Host must name this server: this machine, as in localhost:8080, or one"
                    + " of the names in millrace.http.names."));
  }

  private static String name(String host) {
    try {
      String name = URI.create("http://" + host).getHost();
      return name == null ? "" : name.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
