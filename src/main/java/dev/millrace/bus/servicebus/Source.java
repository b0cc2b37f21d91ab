package dev.millrace.bus.servicebus;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import java.time.Duration;

/** What messages are received from. */
public sealed interface Source {
  /** As a person calls it. */
  String name();

  /** A queue. */
  record Queue(String name) implements Source {}

  /** What a queue has set aside. */
  record DeadLettersOf(String queue) implements Source {
    @Override
    public String name() {
      return queue + "/$deadletterqueue";
    }
  }

  /** One subscription of a topic. */
  record Subscription(String topic, String subscription) implements Source {
    @Override
    public String name() {
      return topic + "/subscriptions/" + subscription;
    }
  }

  /**
   * A client that takes nothing that it was not asked for and settles or renews nothing by itself:
   * what the library keeps in store it does not renew, and its own renewals end when they like.
   */
  default ServiceBusReceiverAsyncClient client(ServiceBusClientBuilder builder) {
    var receiver =
        builder
            .receiver()
            .receiveMode(ServiceBusReceiveMode.PEEK_LOCK)
            .prefetchCount(0)
            .disableAutoComplete()
            .maxAutoLockRenewDuration(Duration.ZERO);
    return switch (this) {
      case Queue(String name) -> receiver.queueName(name).buildAsyncClient();
      case DeadLettersOf(String queue) ->
          receiver.queueName(queue).subQueue(SubQueue.DEAD_LETTER_QUEUE).buildAsyncClient();
      case Subscription(String topic, String subscription) ->
          receiver.topicName(topic).subscriptionName(subscription).buildAsyncClient();
    };
  }
}
