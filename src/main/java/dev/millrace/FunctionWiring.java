package dev.millrace;

import dev.millrace.artifact.Rejected;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Peek;
import dev.millrace.bus.Queues;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.bus.servicebus.ServiceBusPeek;
import dev.millrace.function.Deliveries;
import dev.millrace.function.FunctionSettings;
import dev.millrace.function.HttpFunction;
import dev.millrace.function.QueueFunction;
import dev.millrace.function.SweepFunction;
import dev.millrace.function.UploadFunction;
import dev.millrace.function.WebHandler;
import dev.millrace.session.SessionSettings;
import dev.millrace.storage.Storage;
import dev.millrace.storage.StorageSettings;
import dev.millrace.worker.Patience;
import dev.millrace.worker.Sweeper;
import dev.millrace.worker.Worker;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.env.Environment;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.util.ArrayList;

/** What a host of functions calls, in place of the pump, the rounds and the server. */
@Factory
@Requires(env = Environment.FUNCTION)
final class FunctionWiring {
  @Singleton
  @Bean(preDestroy = "close")
  ServiceBusPeek peek(Namespace namespace) {
    return new ServiceBusPeek(namespace);
  }

  @Singleton
  @Bean(preDestroy = "close")
  Deliveries deliveries(
      Peek peek,
      Worker worker,
      Sweeper sweeper,
      Storage storage,
      ObjectMapper json,
      BusSettings bus,
      FunctionSettings settings,
      Patience patience) {
    return new Deliveries(
        peek, worker, sweeper, new Rejected(storage), json, bus, settings, patience);
  }

  @Singleton
  QueueFunction queue(Deliveries deliveries) {
    return new QueueFunction(deliveries);
  }

  @Singleton
  SweepFunction sweep(Sweeper sweeper) {
    return new SweepFunction(sweeper);
  }

  @Singleton
  WebHandler handler(ApplicationContext context) {
    return new WebHandler(context);
  }

  @Singleton
  HttpFunction http(WebHandler handler) {
    return new HttpFunction(handler);
  }

  @Singleton
  UploadFunction uploads(WebHandler handler) {
    return new UploadFunction(handler);
  }

  /** Nothing may be in this process: there are others, and the host starts and stops them all. */
  @Singleton
  Check nothingIsHere(
      BusSettings bus, StorageSettings.Blob storage, SessionSettings sessions, Queues queues) {
    return () -> {
      var faults = new ArrayList<String>();
      if (!bus.chosen()) {
        faults.add(
            "millrace.bus.namespace (MILLRACE_BUS_NAMESPACE) is missing. Functions need the"
                + " namespace that their host is connected to, or millrace.bus.connection-string"
                + " (MILLRACE_BUS_CONNECTION_STRING).");
      }
      if (!storage.chosen()) {
        faults.add(
            "millrace.storage.blob.endpoint (MILLRACE_STORAGE_BLOB_ENDPOINT) is missing. Functions"
                + " need an account that all of them share.");
      }
      if (!sessions.chosen() && sessions.local().python() == null) {
        faults.add(
            "millrace.sessions.endpoint (MILLRACE_SESSIONS_ENDPOINT) is missing. Functions need a"
                + " session pool: their own machine has no Python for code to run in.");
      }
      if (queues.queues().stream().noneMatch(each -> each.name().equals(QueueFunction.QUEUE))) {
        faults.add(
            "millrace.queues (MILLRACE_QUEUES) does not name %s, from which the functions take jobs."
                    .formatted(QueueFunction.QUEUE)
                + " Leave it empty, or name it.");
      }
      return faults;
    };
  }
}
