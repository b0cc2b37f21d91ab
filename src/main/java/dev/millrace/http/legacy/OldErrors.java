package dev.millrace.http.legacy;

import dev.millrace.http.problem.Problems;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;

/**
 * Has what went wrong told in the field {@code error} as well, where clients look for it there. The
 * others look for {@code detail}, which every problem has.
 */
@ServerFilter({"/api/**", "/chat/**"})
final class OldErrors implements Ordered {
  /** Before anybody who refuses. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  @RequestFilter
  void mark(HttpRequest<?> request) {
    request.setAttribute(Problems.ALSO, "error");
  }
}
