package dev.millrace.amqp.connection;

import java.util.HashSet;
import java.util.Set;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.EngineHandler;
import org.apache.qpid.protonj2.engine.EngineHandlerContext;
import org.apache.qpid.protonj2.engine.IncomingAMQPEnvelope;
import org.apache.qpid.protonj2.engine.impl.ProtonConstants;
import org.apache.qpid.protonj2.types.transport.Begin;
import org.apache.qpid.protonj2.types.transport.Close;
import org.apache.qpid.protonj2.types.transport.End;
import org.apache.qpid.protonj2.types.transport.Open;

/**
 * Drops what a client says of a session after it has ended it. The SDK for Python detaches its
 * links that late, and the engine would break the whole connection for it.
 */
final class LateFrames implements EngineHandler {
  private final Set<Integer> ended = new HashSet<>();

  private LateFrames() {}

  /**
   * Between the engine and its codec; the handler that only traces goes.
   *
   * @param next sees what is not dropped
   */
  static void dropIn(Engine engine, EngineHandler next) {
    var pipeline = engine.pipeline();
    var decoder = pipeline.find(ProtonConstants.FRAME_DECODING_HANDLER);
    var encoder = pipeline.find(ProtonConstants.FRAME_ENCODING_HANDLER);
    pipeline
        .remove(ProtonConstants.FRAME_LOGGING_HANDLER)
        .remove(decoder)
        .remove(encoder)
        .addLast("behind-late-frames", next)
        .addLast("late-frames", new LateFrames())
        .addLast(ProtonConstants.FRAME_DECODING_HANDLER, decoder)
        .addLast(ProtonConstants.FRAME_ENCODING_HANDLER, encoder);
  }

  @Override
  public void handleRead(EngineHandlerContext context, IncomingAMQPEnvelope envelope) {
    int channel = envelope.getChannel();
    switch (envelope.getBody()) {
      case Begin begin -> ended.remove(channel);
      case End end -> ended.add(channel);
      case Open open -> {}
      case Close close -> {}
      default -> {
        if (ended.contains(channel)) {
          return;
        }
      }
    }
    context.fireRead(envelope);
  }
}
