package com.example.beside;

import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.millrace.bus.servicebus.Namespace;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Map;

/** Routes of one's own. Who may call Millrace may call them; nobody else is let in. */
@Controller("/towns")
@ExecuteOn(TaskExecutors.BLOCKING)
class TownController {
  private final Namespace namespace;
  private final Bulletin bulletin;

  TownController(Namespace namespace, Bulletin bulletin) {
    this.namespace = namespace;
    this.bulletin = bulletin;
  }

  /** Puts a job into the queue, whose result comes to a queue of ours. */
  @Post("/{town}")
  @Status(HttpStatus.ACCEPTED)
  void ask(String town) {
    try (ServiceBusSenderClient jobs =
        namespace.connect().sender().queueName("jobs").buildClient()) {
      jobs.sendMessage(
          new ServiceBusMessage("{\"agent\": \"forecaster\", \"message\": \"" + town + "\"}")
              .setReplyTo(Answers.QUEUE));
    }
  }

  @Get
  Map<String, Object> bulletin() {
    return Map.of("lines", bulletin.lines(), "editions", bulletin.editions());
  }
}
