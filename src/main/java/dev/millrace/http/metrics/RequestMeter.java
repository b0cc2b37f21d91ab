package dev.millrace.http.metrics;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.BasicHttpAttributes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;

/** Measures requests, by their routes: addresses hold names and ids. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class RequestMeter implements Ordered {
  private static final String BEGUN = RequestMeter.class.getName();

  private final Meters meters;

  RequestMeter(Meters meters) {
    this.meters = meters;
  }

  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  @RequestFilter
  void begin(HttpRequest<?> request) {
    request.setAttribute(BEGUN, System.nanoTime());
  }

  @ResponseFilter
  void end(HttpRequest<?> request, HttpResponse<?> response) {
    long begun = request.getAttribute(BEGUN, Long.class).orElseGet(System::nanoTime);
    meters.answered(
        request.getMethodName(),
        BasicHttpAttributes.getUriTemplate(request).orElse("none"),
        response.code(),
        System.nanoTime() - begun);
  }
}
