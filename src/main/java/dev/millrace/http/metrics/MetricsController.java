package dev.millrace.http.metrics;

import dev.millrace.http.document.DescribedAgents;
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

  /** Tells what was done, in numbers for Prometheus. */
  @Get
  @DescribedAgents.GetMetrics
  @Produces("text/plain; version=0.0.4; charset=utf-8")
  String scrape() {
    return meters.scraped();
  }
}
