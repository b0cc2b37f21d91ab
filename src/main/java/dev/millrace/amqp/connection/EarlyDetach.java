package dev.millrace.amqp.connection;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.engine.EngineHandler;
import org.apache.qpid.protonj2.engine.EngineHandlerContext;
import org.apache.qpid.protonj2.engine.IncomingAMQPEnvelope;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.End;

/**
 * Says which link is about to be detached, before the engine knows. A client that leaves before its
 * attach was answered waits for both answers, and the engine opens no link that it has seen closed.
 */
final class EarlyDetach implements EngineHandler {
  private record Handle(int channel, long number) {}

  private final Map<Handle, String> names = new HashMap<>();
  private final Consumer<String> leaving;

  /**
   * @param leaving takes the name of the link
   */
  EarlyDetach(Consumer<String> leaving) {
    this.leaving = leaving;
  }

  @Override
  public void handleRead(EngineHandlerContext context, IncomingAMQPEnvelope envelope) {
    int channel = envelope.getChannel();
    switch (envelope.getBody()) {
      case Attach attach -> names.put(new Handle(channel, attach.getHandle()), attach.getName());
      case Detach detach -> {
        String name = names.remove(new Handle(channel, detach.getHandle()));
        if (name != null) {
          leaving.accept(name);
        }
      }
      case End end -> names.keySet().removeIf(handle -> handle.channel() == channel);
      default -> {}
    }
    context.fireRead(envelope);
  }
}
