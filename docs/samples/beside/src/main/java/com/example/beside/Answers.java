package com.example.beside;

import com.azure.messaging.servicebus.ServiceBusProcessorClient;
import com.azure.messaging.servicebus.ServiceBusReceivedMessageContext;
import dev.millrace.bus.servicebus.Namespace;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.micronaut.serde.ObjectMapper;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A listener on a queue: what the jobs of {@link TownController} have come to. */
@Singleton
final class Answers implements ApplicationEventListener<ServerStartupEvent> {
  static final String QUEUE = "towns";

  private final ServiceBusProcessorClient processor;

  Answers(Namespace namespace, Bulletin bulletin, ObjectMapper json) {
    this.processor =
        namespace
            .connect()
            .processor()
            .queueName(QUEUE)
            .processMessage(message -> bulletin.add(response(message, json)))
            .processError(error -> {})
            .buildProcessorClient();
  }

  private static String response(ServiceBusReceivedMessageContext message, ObjectMapper json) {
    try {
      var job = json.readValue(message.getMessage().getBody().toBytes(), JsonNode.class);
      return job.get("response").getStringValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void onApplicationEvent(ServerStartupEvent event) {
    processor.start();
  }

  @PreDestroy
  void stop() {
    processor.close();
  }
}
