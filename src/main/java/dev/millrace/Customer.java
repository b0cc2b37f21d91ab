package dev.millrace;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import dev.millrace.cli.Tree;
import dev.millrace.job.Unavailable;
import java.time.Duration;

/** Sends jobs and takes results as anybody would: with the SDK, and nothing of ours. */
final class Customer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ServiceBusSenderClient jobs;
  private final ServiceBusReceiverClient results;

  Customer(String connectionString) {
    jobs = connection(connectionString).sender().queueName("jobs").buildClient();
    results =
        connection(connectionString)
            .receiver()
            .topicName("results")
            .subscriptionName("all")
            .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
            .prefetchCount(0)
            .buildClient();
  }

  private static ServiceBusClientBuilder connection(String connectionString) {
    return new ServiceBusClientBuilder().connectionString(connectionString);
  }

  void send(String messageId, String request) {
    jobs.sendMessage(new ServiceBusMessage(request).setMessageId(messageId));
  }

  /** A result as it was published. */
  record Received(String subject, Tree job) {}

  /** The next one, waited for. */
  Received next() {
    return results.receiveMessages(1, PATIENCE).stream()
        .findFirst()
        .map(message -> new Received(message.getSubject(), Tree.read(message.getBody().toString())))
        .orElseThrow(() -> new Unavailable("no result came within " + PATIENCE.toSeconds() + " s"));
  }

  @Override
  public void close() {
    results.close();
    jobs.close();
  }
}
