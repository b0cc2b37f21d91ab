package dev.millrace;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.QueueSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.ResultFeed;
import dev.millrace.bus.ResultTopic;
import dev.millrace.bus.servicebus.Entities;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.bus.servicebus.ServiceBusJobQueue;
import dev.millrace.bus.servicebus.ServiceBusResultFeed;
import dev.millrace.bus.servicebus.ServiceBusResultTopic;
import io.micronaut.context.annotation.Factory;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;

/** What is the same everywhere. */
@Factory
final class SharedWiring {
  @Singleton
  Queues queues(QueueSettings settings) {
    return settings.all();
  }

  @Singleton
  Entities entities(Namespace namespace) {
    return new Entities(namespace);
  }

  @Singleton
  JobQueue jobQueue(Namespace namespace, ObjectMapper json) {
    return new ServiceBusJobQueue(namespace, json);
  }

  @Singleton
  ResultTopic resultTopic(Namespace namespace) {
    return new ServiceBusResultTopic(namespace);
  }

  @Singleton
  ResultFeed resultFeed(Namespace namespace, BusSettings settings) {
    return new ServiceBusResultFeed(namespace, settings.topic());
  }
}
