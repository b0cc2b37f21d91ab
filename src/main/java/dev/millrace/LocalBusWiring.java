package dev.millrace;

import dev.millrace.amqp.LocalNamespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.TopicSetup;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.QueueSettings;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.storage.StorageSettings;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.condition.Condition;
import io.micronaut.context.condition.ConditionContext;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;

/** The bus in this process, as long as no setting takes it elsewhere. */
@Factory
final class LocalBusWiring {
  @Singleton
  @Requires(condition = TravelsHere.class)
  Place busPlace(StorageSettings storage) {
    return new Place("bus", "local", folder(storage).toString());
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = TravelsHere.class)
  dev.millrace.broker.Namespace broker(
      BusSettings settings, QueueSettings queues, StorageSettings storage, InstantSource clock) {
    return dev.millrace.broker.Namespace.open(
        entities(settings, queues),
        folder(storage),
        clock,
        dev.millrace.broker.Namespace.Options.DEFAULT);
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = TravelsHere.class)
  LocalNamespace localNamespace(dev.millrace.broker.Namespace broker, BusSettings settings) {
    try {
      return LocalNamespace.start(broker, settings.port());
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException(
          "millrace.bus.port (MILLRACE_BUS_PORT): " + e.getMessage(), e);
    }
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = TravelsHere.class)
  Namespace namespace(LocalNamespace local, BusSettings settings) {
    return AzureWiring.connected(local.connectionString(), settings);
  }

  private static Path folder(StorageSettings storage) {
    return storage.path().resolve("bus");
  }

  /** What Millrace needs, by the names that the settings give, and whatever may be replied to. */
  private static NamespaceSetup entities(BusSettings settings, QueueSettings queues) {
    var usual = NamespaceSetup.ofMillrace();
    var jobs = usual.queues().getFirst();
    var receiving = jobs.receiving().withLockDuration(settings.lock());
    var declared = new TreeMap<String, QueueSetup>(String.CASE_INSENSITIVE_ORDER);
    for (String name : queues.replyTo().names()) {
      declared.put(name, new QueueSetup(name, Receiving.DEFAULT, jobs.sending()));
    }
    for (var queue : queues.all().queues()) {
      declared.put(queue.name(), new QueueSetup(queue.name(), receiving, jobs.sending()));
    }
    declared.remove(settings.topic());
    var results = usual.topics().getFirst();
    return new NamespaceSetup(
        usual.name(),
        List.copyOf(declared.values()),
        List.of(new TopicSetup(settings.topic(), results.sending(), results.subscriptions())));
  }

  static final class TravelsHere implements Condition {
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean matches(ConditionContext context) {
      return !context.getBean(BusSettings.class).chosen();
    }
  }
}
