package dev.millrace.http.metrics;

import dev.millrace.bus.JobResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The numbers. Safe for use by many threads. */
@Singleton
public final class Meters {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  public Meters() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
  }

  /** Says how many jobs run here. */
  public void running(IntSupplier running) {
    registry.gauge("millrace.jobs.running", running, IntSupplier::getAsInt);
  }

  /** A job has ended, and its result is delivered. */
  void ended(JobResult job) {
    registry.counter("millrace.jobs.ended", "status", job.status()).increment();
    between("millrace.job.wait", job.createdAt(), job.startedAt());
    between("millrace.job.duration", job.createdAt(), job.endedAt());
    JobResult.Used used = job.usage();
    counter("millrace.model.turns").increment(used.modelTurns());
    registry
        .counter("millrace.model.tokens", "direction", "input")
        .increment((double) used.inputTokens());
    registry
        .counter("millrace.model.tokens", "direction", "output")
        .increment((double) used.outputTokens());
    counter("millrace.tool.calls").increment(used.toolCalls());
    counter("millrace.session.seconds").increment(used.sessionSeconds());
  }

  private Counter counter(String name) {
    return registry.counter(name);
  }

  private void between(String name, @Nullable Instant from, @Nullable Instant to) {
    if (from != null && to != null) {
      registry.timer(name).record(Duration.between(from, to));
    }
  }

  /** A request was answered; of an answer that is streamed, its beginning. */
  void answered(String method, String route, int status, long nanos) {
    Timer.builder("millrace.http.requests")
        .tag("method", method)
        .tag("route", route)
        .tag("status", Integer.toString(status))
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  String scraped() {
    return registry.scrape();
  }
}
