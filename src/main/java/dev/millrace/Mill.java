package dev.millrace;

import dev.millrace.amqp.LocalNamespace;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.pump.Pump;
import dev.millrace.bus.servicebus.Entities;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.http.metrics.Meters;
import dev.millrace.session.SessionPool;
import dev.millrace.session.local.LocalSessionPool;
import dev.millrace.storage.Storage;
import dev.millrace.storage.disk.DiskStorage;
import dev.millrace.worker.Sweeper;
import dev.millrace.worker.Worker;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All rooms of one process at work: it answers HTTP, takes jobs from the queues, and sweeps. */
final class Mill implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Mill.class);

  private final Assembly assembly;
  private final EmbeddedServer http;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final CompletableFuture<Void> sessionsSeen = new CompletableFuture<>();

  private Mill(Assembly assembly, EmbeddedServer http) {
    this.assembly = assembly;
    this.http = http;
  }

  /**
   * Starts everything. The doors are open when it returns; whether the parts behind them can be
   * used is found out meanwhile, and {@link #awaitEnd} tells.
   *
   * @throws Misconfigured when a person has to mend something first
   */
  static Mill start(Assembly assembly) {
    try {
      var storage = assembly.get(Storage.class); // before all else: it says whose the data are
      Together.run(
          List.of(
              () -> assembly.get(SessionPool.class), // needs longest, and goes on by itself
              () -> assembly.get(Namespace.class),
              () -> open(assembly.get(EmbeddedServer.class))));
      EmbeddedServer http = assembly.get(EmbeddedServer.class);
      if (storage instanceof DiskStorage disk) {
        disk.publishUrl(http.getURI().toString());
      }
      var mill = new Mill(assembly, http);
      mill.work();
      return mill;
    } catch (RuntimeException e) {
      assembly.close();
      throw e;
    }
  }

  private static void open(EmbeddedServer http) {
    try {
      http.start();
    } catch (RuntimeException e) {
      throw new Misconfigured(
          List.of(
              "The HTTP server cannot listen on port %d: %s.".formatted(http.getPort(), why(e))),
          e);
    }
  }

  private static String why(Throwable fault) {
    Throwable last = fault;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }

  private void work() {
    Pump pump = assembly.get(Pump.class);
    assembly.get(Meters.class).running(pump::inHand);
    pump.start();
    Sweeper sweeper = assembly.get(Sweeper.class);
    assembly.get(Meters.class).waiting(sweeper::longestWait);
    var rounds =
        new Rounds(
            sweeper::sweep,
            assembly.get(BusSettings.class).lock(),
            new SecureRandom(),
            this::brokeDown);
    rounds.start();
    var unused = over.whenComplete((nothing, fault) -> rounds.close());
    if (connectionString().isEmpty()) { // a bus of our own has what the settings name
      Thread.ofVirtual().name("look-at-entities").start(this::lookAtEntities);
    }
    Thread.ofVirtual().name("look-at-sessions").start(this::lookAtSessions);
  }

  private void lookAtEntities() {
    var faults =
        assembly
            .get(Entities.class)
            .faults(assembly.get(Queues.class), assembly.get(BusSettings.class).topic());
    if (!faults.isEmpty()) {
      over.completeExceptionally(new Misconfigured(faults, null));
    }
  }

  private void lookAtSessions() {
    try {
      assembly.find(LocalSessionPool.class).ifPresent(LocalSessionPool::door);
    } catch (IllegalStateException e) {
      over.completeExceptionally(new Misconfigured(List.of(String.valueOf(e.getMessage())), e));
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("sessions are not ready yet; they are tried all the time");
    } finally {
      sessionsSeen.complete(null);
    }
  }

  private void brokeDown(Throwable fault) {
    over.completeExceptionally(
        new IllegalStateException("the sweeper broke down, so the process ends: " + fault, fault));
  }

  /** Where HTTP is answered. */
  URI address() {
    return http.getURI();
  }

  /** What an SDK connects to the bus in this process with, if it is here. */
  Optional<String> connectionString() {
    return assembly.find(LocalNamespace.class).map(LocalNamespace::connectionString);
  }

  <T> T get(Class<T> type) {
    return assembly.get(type);
  }

  Collection<Place> places() {
    return assembly.places();
  }

  /**
   * Waits until it is known whether code can run.
   *
   * @throws Misconfigured when it cannot until a person has mended something
   */
  void awaitSessions() {
    sessionsSeen.join();
    if (over.isCompletedExceptionally()) {
      throw over.exceptionNow() instanceof RuntimeException fault
          ? fault
          : new IllegalStateException(over.exceptionNow());
    }
  }

  /**
   * Waits until it is stopped.
   *
   * @throws Misconfigured when a part cannot work until a person has mended something
   * @throws IllegalStateException when a part has died for good
   */
  void awaitEnd() throws InterruptedException {
    try {
      over.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException fault
          ? fault
          : new IllegalStateException(e.getCause());
    }
  }

  /**
   * Takes nothing new, and lets what runs come to its next step and be released there, for as long
   * as the settings allow.
   */
  @Override
  public void close() {
    if (stopped.compareAndSet(false, true)) {
      over.complete(null);
      assembly.get(Worker.class).stop();
      boolean all = assembly.get(Pump.class).drain(assembly.get(BusSettings.class).drain());
      log.atInfo().addKeyValue("complete", all).log("stopped");
      assembly.close();
    }
  }
}
