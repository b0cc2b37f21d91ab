package dev.millrace.amqp.rpc;

import dev.millrace.amqp.wire.MessageReader;
import dev.millrace.broker.Destination;
import dev.millrace.broker.Message;
import dev.millrace.broker.Refused;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.qpid.proton.amqp.Binary;

/** Messages for later, by request instead of by link: the sender learns their numbers. */
final class ScheduleOperations {
  private final Destination destination;

  ScheduleOperations(Destination destination) {
    this.destination = destination;
  }

  CompletionStage<Reply> schedule(Request request) {
    var messages = request.all(Map.class, "messages").stream().map(this::message).toList();
    return destination
        .publish(messages)
        .thenApply(
            numbers ->
                Reply.ok(
                    Map.of(
                        "sequence-numbers", Arrays.stream(numbers).boxed().toArray(Long[]::new))));
  }

  CompletionStage<Reply> cancel(Request request) {
    return destination
        .cancelScheduled(request.all(Long.class, "sequence-numbers"))
        .thenApply(done -> Reply.OK);
  }

  private Message message(Map<?, ?> entry) {
    if (entry.get("message") instanceof Binary encoded) {
      return MessageReader.read(Request.bytes(encoded), destination.readsProperties());
    }
    throw new Refused(
        Refused.Reason.INVALID, "Each entry of a request to schedule needs its message.");
  }
}
