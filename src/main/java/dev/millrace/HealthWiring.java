package dev.millrace;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.servicebus.Entities;
import dev.millrace.http.Dependency;
import dev.millrace.journal.Index;
import dev.millrace.session.SessionPool;
import dev.millrace.session.local.LocalSessionPool;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;

/** Without what this process cannot work, and how each is asked. */
@Factory
final class HealthWiring {
  @Singleton
  @Named("storage")
  Dependency storage(Provider<Index> index) {
    return Dependency.asked("storage", () -> index.get().open(null));
  }

  @Singleton
  @Named("bus")
  Dependency bus(Provider<Entities> entities, BusSettings settings) {
    return Dependency.asked("bus", () -> entities.get().reach(settings.topic()));
  }

  /** A pool in Azure is not asked: its only question opens a session. */
  @Singleton
  @Named("sessions")
  Dependency sessions(Provider<SessionPool> pool) {
    return new Dependency.Named(
        "sessions",
        () -> {
          if (pool.get() instanceof LocalSessionPool local) {
            local.door();
            return Dependency.State.UP;
          }
          return Dependency.State.UNKNOWN;
        });
  }

  /** A question to a model may cost money. */
  @Singleton
  @Named("model")
  Dependency model() {
    return Dependency.unasked("model");
  }
}
