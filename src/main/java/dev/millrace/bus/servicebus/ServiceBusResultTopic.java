package dev.millrace.bus.servicebus;

import dev.millrace.bus.ResultMessage;
import dev.millrace.bus.ResultTopic;
import java.util.Optional;

/** Results on their way to a topic, or to the queue or topic that somebody asked for. */
public final class ServiceBusResultTopic implements ResultTopic {
  private final Senders senders;

  public ServiceBusResultTopic(Namespace namespace) {
    this.senders = namespace.senders();
  }

  @Override
  public Publication publish(String target, ResultMessage message) {
    try {
      senders.send(target, Wire.message(message));
      return new Publication.Accepted();
    } catch (RuntimeException fault) {
      Optional<String> why = BusFaults.impossible(target, fault);
      if (why.isPresent()) {
        return new Publication.Impossible(why.get());
      }
      throw BusFaults.unavailable("publish a result to", target, fault);
    }
  }
}
