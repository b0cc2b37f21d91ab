package dev.millrace.job;

import org.jspecify.annotations.Nullable;

/**
 * How a job came in, and where its result is to go beside the usual topic.
 *
 * @param entity the queue it came from; null over HTTP
 */
public record Origin(
    Via via,
    @Nullable String entity,
    @Nullable String messageId,
    @Nullable String correlationId,
    @Nullable String replyTo,
    @Nullable String replyToSessionId,
    @Nullable String traceparent,
    @Nullable String tracestate) {

  /** The door. A job that came by queue has its message already. */
  public enum Via {
    QUEUE,
    HTTP
  }

  public static final Origin HTTP = http(null, null);

  /** Over HTTP, as a part of this trace. */
  public static Origin http(@Nullable String traceparent, @Nullable String tracestate) {
    return new Origin(Via.HTTP, null, null, null, null, null, traceparent, tracestate);
  }

  /** The same wishes for the answer, through another door. */
  public Origin via(Via door) {
    return new Origin(
        door, entity, messageId, correlationId, replyTo, replyToSessionId, traceparent, tracestate);
  }
}
