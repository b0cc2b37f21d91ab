package dev.millrace.http.metrics;

import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

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

  /** Says for how long a job has waited that nobody has begun, whichever waits longest. */
  public void waiting(Supplier<Duration> longest) {
    TimeGauge.builder(
            "millrace.jobs.waiting.longest", () -> longest.get().toMillis(), TimeUnit.MILLISECONDS)
        .register(registry);
  }

  /** A job has ended. */
  public void ended(JobState job) {
    registry.counter("millrace.jobs.ended", "status", job.status().word()).increment();
    between("millrace.job.wait", job.createdAt(), job.startedAt());
    between("millrace.job.duration", job.createdAt(), job.endedAt());
    registry
        .counter("millrace.model.tokens", "direction", "input")
        .increment((double) job.usage().inputTokens());
    registry
        .counter("millrace.model.tokens", "direction", "output")
        .increment((double) job.usage().outputTokens());
    for (Step step : job.steps()) {
      switch (step) {
        case Step.Model answer -> counter("millrace.model.turns").increment();
        case Step.Tool call -> {
          counter("millrace.tool.calls").increment();
          counter("millrace.session.seconds").increment(call.outcome().seconds());
        }
      }
    }
  }

  private Counter counter(String name) {
    return registry.counter(name);
  }

  private void between(String name, Instant from, Optional<Instant> to) {
    to.ifPresent(end -> registry.timer(name).record(Duration.between(from, end)));
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
