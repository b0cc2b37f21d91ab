package dev.millrace.http.metrics;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import jakarta.annotation.security.PermitAll;

/** The numbers as Prometheus reads them. */
@Controller("/metrics")
@PermitAll
final class MetricsController {
  private final Meters meters;

  MetricsController(Meters meters) {
    this.meters = meters;
  }

  @Get
  @Produces("text/plain; version=0.0.4; charset=utf-8")
  String scrape() {
    return meters.scraped();
  }
}
