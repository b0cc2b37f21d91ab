package dev.millrace.amqp.rpc;

import dev.millrace.broker.Entity;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The {@code $management} of one entity: each operation by its name. */
public final class ManagementNode implements Node {
  private static final String PREFIX = "com.microsoft:";

  private final Map<String, Node> operations = new HashMap<>();
  private final String address;

  public ManagementNode(Entity entity) {
    address = entity.address();
    switch (entity) {
      case Queue queue -> {
        peek(new PeekOperation(queue::peek));
        scheduling(new ScheduleOperations(queue));
        locks(new LockOperations(queue));
        messages(new MessageOperations(queue));
        sessions(new SessionOperations(queue));
        queue.rules().map(RuleOperations::new).ifPresent(this::rules);
      }
      case Topic topic -> {
        peek(new PeekOperation((from, max, session) -> topic.peek(from, max)));
        scheduling(new ScheduleOperations(topic));
      }
    }
  }

  @Override
  public CompletionStage<Reply> handle(Request request) {
    var operation = operations.get(request.operation());
    return operation == null
        ? CompletableFuture.failedStage(
            new Refused(
                Refused.Reason.UNSUPPORTED,
                "The local Service Bus does not support %s on %s."
                    .formatted(request.operation(), address)))
        : operation.handle(request);
  }

  private void peek(PeekOperation peek) {
    put("peek-message", peek);
  }

  private void scheduling(ScheduleOperations scheduling) {
    put("schedule-message", scheduling::schedule);
    put("cancel-scheduled-message", scheduling::cancel);
  }

  private void locks(LockOperations locks) {
    put("renew-lock", locks::renew);
    put("update-disposition", locks::settle);
  }

  private void messages(MessageOperations messages) {
    put("receive-by-sequence-number", messages::receiveDeferred);
  }

  private void sessions(SessionOperations sessions) {
    put("renew-session-lock", sessions::renew);
    put("get-session-state", sessions::state);
    put("set-session-state", sessions::setState);
  }

  private void rules(RuleOperations rules) {
    put("add-rule", rules::add);
    put("remove-rule", rules::remove);
    put("enumerate-rules", rules::list);
  }

  private void put(String name, Node operation) {
    operations.put(PREFIX + name, operation);
  }
}
