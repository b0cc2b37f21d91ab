package dev.millrace.function;

import com.microsoft.azure.functions.annotation.BindingName;
import com.microsoft.azure.functions.annotation.FunctionName;
import com.microsoft.azure.functions.annotation.ServiceBusQueueTrigger;

/** Works on what lies in the queue of jobs. */
public final class QueueFunction {
  public static final String QUEUE = "jobs";

  private final Deliveries deliveries;

  public QueueFunction(Deliveries deliveries) {
    this.deliveries = deliveries;
  }

  /**
   * The host binds nothing that a message lacks, and fails the function for it: of all that a
   * sender may have said only the number, which the broker gives, is sure to be there. By it the
   * rest is asked for, body included.
   *
   * @param message is not looked at
   */
  @FunctionName("jobs")
  public void run(
      @ServiceBusQueueTrigger(
              name = "message",
              dataType = "binary",
              queueName = QUEUE,
              connection = "ServiceBus")
          byte[] message,
      @BindingName("SequenceNumber") long sequenceNumber) {
    deliveries.take(QUEUE, sequenceNumber);
  }
}
