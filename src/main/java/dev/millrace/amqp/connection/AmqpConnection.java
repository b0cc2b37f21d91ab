package dev.millrace.amqp.connection;

import dev.millrace.amqp.wire.Conditions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.qpid.protonj2.buffer.impl.ProtonByteArrayBufferAllocator;
import org.apache.qpid.protonj2.engine.Connection;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.EngineFactory;
import org.apache.qpid.protonj2.engine.EventHandler;
import org.apache.qpid.protonj2.engine.Link;
import org.apache.qpid.protonj2.engine.LinkState;
import org.apache.qpid.protonj2.engine.Session;
import org.apache.qpid.protonj2.engine.exceptions.EngineStateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection. Except for {@link #run} it belongs to the channel's thread. */
public final class AmqpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(AmqpConnection.class);
  private static final int LARGEST_FRAME = 65_536;
  private static final int LAST_CHANNEL = 255;
  private static final int IDLE_MILLIS = 240_000;

  private final Links router;
  private final Engine engine = EngineFactory.PROTON.createEngine();
  private final Map<Link<?>, LinkEnd> links = new LinkedHashMap<>();
  private @Nullable ChannelHandlerContext channel;
  private final Errands errands =
      new Errands(task -> context().executor().execute(task), this::runOne, this::flush);
  private final Output output = new Output(this::context);

  /**
   * @param router makes the one who answers this connection's links
   */
  public AmqpConnection(Function<AmqpConnection, Links> router) {
    this.router = router.apply(this);
  }

  // --- for links ---

  /** Runs this on the connection's thread, soon; never, if the connection is gone by then. */
  public void run(Runnable task) {
    errands.add(task);
  }

  /** From now on the link answers through its guarded handlers, and is told when it is gone. */
  public void register(Link<?> link, LinkEnd end) {
    links.put(link, end);
    closeWith(link);
  }

  /** A handler that cannot fail silently: whatever escapes it is logged and detaches the link. */
  public <T> EventHandler<T> guarded(Link<?> link, EventHandler<T> handler) {
    return event -> attempt(link, () -> handler.handle(event));
  }

  public void attempt(Link<?> link, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      log.atError().setCause(e).addKeyValue("link", link.getName()).log("a link failed");
      fault(e).close(link);
    }
  }

  /** Whether more output makes sense now; if not, {@link LinkEnd#roomAgain} says when. */
  public boolean writable() {
    return context().channel().isWritable();
  }

  /** Tells all links that there may be room in the window they share. */
  public void roomAgain() {
    for (var end : List.copyOf(links.values())) {
      end.roomAgain();
    }
  }

  /** Ends the connection with an error that makes clients connect again. */
  public void shutDown() {
    run(() -> close(new Refusal(Conditions.FORCED, "The local Service Bus is shutting down.")));
  }

  // --- for the channel ---

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    LateFrames.dropIn(engine, new EarlyDetach(this::leaving));
    engine.saslDriver().server().setListener(new Greeting());
    engine.outputConsumer(output::write);
    engine.errorHandler(this::failed);
    var connection = engine.start();
    connection
        .setContainerId("millrace")
        .setMaxFrameSize(LARGEST_FRAME)
        .setChannelMax(LAST_CHANNEL)
        .setIdleTimeout(IDLE_MILLIS)
        .setProperties(Map.of());
    connection.openHandler(guarded(this::opened));
    connection.closeHandler(guarded(this::closed));
    connection.sessionOpenHandler(guarded(this::begun));
    connection.senderOpenHandler(
        link -> attempt(link, () -> router.attach(link), fault -> fault.answer(link)));
    connection.receiverOpenHandler(
        link -> attempt(link, () -> router.attach(link), fault -> fault.answer(link)));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var input = (ByteBuf) message;
    try {
      var bytes = new byte[input.readableBytes()];
      input.readBytes(bytes);
      if (engine.isWritable()) {
        engine.ingest(ProtonByteArrayBufferAllocator.wrapped(bytes));
      }
    } catch (EngineStateException e) {
      // The engine has reported it to its error handler.
      log.debug("input of a failed connection", e);
    } finally {
      input.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      roomAgain();
      flush();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    links.keySet().stream().toList().forEach(this::gone);
    if (engine.isRunning()) {
      engine.shutdown();
    }
    output.drop();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("a connection broke", cause);
    } else {
      log.error("a connection failed", cause);
    }
    hangUp();
  }

  // --- the protocol ---

  private void opened(Connection connection) {
    connection.open();
    engine.tickAuto(context().executor());
  }

  private void closed(Connection connection) {
    links.keySet().stream().toList().forEach(this::gone);
    connection.close();
    flush();
    hangUp();
  }

  private void begun(Session session) {
    session.setProperties(Map.of());
    session.closeHandler(guarded(this::ended));
    session.open();
  }

  private void ended(Session session) {
    links.keySet().stream()
        .filter(link -> link.getSession().equals(session))
        .toList()
        .forEach(this::gone);
    session.close();
  }

  private <L extends Link<L>> void closeWith(Link<L> link) {
    link.closeHandler(guarded(link, this::detached));
    link.detachHandler(guarded(link, this::detached));
    link.localCloseHandler(guarded(link, this::gone));
  }

  /** A link that still waits for the answer to its attach gets one, with nothing behind it. */
  private void leaving(String name) {
    links.keySet().stream()
        .filter(link -> link.getName().equals(name) && link.getState() == LinkState.IDLE)
        .toList()
        .forEach(
            link -> {
              gone(link);
              link.setProperties(Map.of());
              link.open();
            });
  }

  private void detached(Link<?> link) {
    gone(link);
    if (link.isRemotelyClosed()) {
      link.close();
    } else {
      link.detach();
    }
  }

  private void gone(Link<?> link) {
    var end = links.remove(link);
    if (end != null) {
      attempt(link, end::gone);
    }
  }

  private void attempt(Link<?> link, Runnable action, Consumer<Refusal> onFault) {
    try {
      action.run();
    } catch (RuntimeException e) {
      log.atError().setCause(e).addKeyValue("link", link.getName()).log("an attach failed");
      onFault.accept(fault(e));
    }
  }

  private <T> EventHandler<T> guarded(EventHandler<T> handler) {
    return event -> {
      try {
        handler.handle(event);
      } catch (RuntimeException e) {
        log.error("a connection failed", e);
        close(fault(e));
      }
    };
  }

  private static Refusal fault(RuntimeException e) {
    return new Refusal(
        Conditions.INTERNAL_ERROR,
        "The local Service Bus failed at this; its log says more. " + e.getClass().getSimpleName());
  }

  private void failed(Engine failed) {
    log.atWarn()
        .addKeyValue("why", String.valueOf(failed.failureCause()))
        .log("a client broke the protocol, so its connection is closed");
    log.debug("where", failed.failureCause());
    flush();
    hangUp();
  }

  private void close(Refusal why) {
    links.keySet().stream().toList().forEach(this::gone); // what is committed later finds nobody
    var connection = engine.connection();
    if (engine.isRunning() && connection.isLocallyOpen()) {
      connection.setCondition(why.error());
      connection.close();
    }
    flush();
    hangUp();
  }

  private void runOne(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.error("a connection failed", e);
      close(fault(e));
    }
  }

  private void flush() {
    output.flush();
  }

  private void hangUp() {
    var unused = context().close();
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(channel, "no channel yet");
  }
}
