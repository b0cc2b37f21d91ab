package dev.millrace.amqp.rpc;

import dev.millrace.amqp.wire.Unreadable;
import java.nio.BufferOverflowException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.codec.DecodeException;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Requests and replies as bytes. */
final class RpcCodec {
  private static final int USUAL_SIZE = 1024;

  private RpcCodec() {}

  /**
   * @throws Unreadable when it is no message with an operation
   */
  static Request request(byte[] bytes) {
    var message = Message.Factory.create();
    try {
      message.decode(bytes, 0, bytes.length);
    } catch (DecodeException | IllegalArgumentException | ClassCastException e) {
      throw new Unreadable("the request is no AMQP message", e);
    }
    var properties = message.getApplicationProperties();
    var operation = properties == null ? null : properties.getValue().get("operation");
    if (operation == null) {
      throw new Unreadable("the request names no operation", null);
    }
    return new Request(
        operation.toString(),
        message.getReplyTo(),
        message.getMessageId(),
        message.getBody() instanceof AmqpValue value && value.getValue() instanceof Map<?, ?> map
            ? map
            : Map.of());
  }

  /** Clients ask for the status under different names, so it stands there under each. */
  static byte[] reply(Reply reply, @Nullable Object correlationId) {
    var properties = new HashMap<String, Object>();
    properties.put("status-code", reply.status());
    properties.put("statusCode", reply.status());
    properties.put("status-description", reply.description());
    properties.put("statusDescription", reply.description());
    if (reply.condition() != null) {
      properties.put("error-condition", Symbol.valueOf(reply.condition()));
      properties.put("errorCondition", Symbol.valueOf(reply.condition()));
    }
    var message = Message.Factory.create();
    if (correlationId != null) {
      message.setCorrelationId(correlationId);
    }
    message.setApplicationProperties(new ApplicationProperties(properties));
    message.setBody(new AmqpValue(reply.body()));
    return encoded(message);
  }

  /** The codec writes into what it is given, and cannot say beforehand how much it needs. */
  private static byte[] encoded(Message message) {
    for (int size = USUAL_SIZE; ; size *= 4) {
      try {
        var bytes = new byte[size];
        return Arrays.copyOf(bytes, message.encode(bytes, 0, size));
      } catch (BufferOverflowException e) {
        // Once more, with room.
      }
    }
  }
}
