package dev.millrace.amqp.link;

import dev.millrace.amqp.connection.AmqpConnection;
import dev.millrace.amqp.connection.Refusal;
import dev.millrace.amqp.wire.Ticks;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Receiver;
import dev.millrace.broker.SessionReceiver;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.types.DescribedType;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/**
 * A client wants to receive: at once from a queue, or from a session when one is its own. That may
 * take as long as the client is ready to wait, and so long its attach has no answer.
 */
public final class ReceiverAttach {
  private static final Symbol SESSION_FILTER = Symbol.valueOf("com.microsoft:session-filter");
  private static final Symbol LOCKED_UNTIL = Symbol.valueOf("com.microsoft:locked-until-utc");
  private static final Symbol TIMEOUT = Symbol.valueOf("com.microsoft:timeout");
  private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(60);

  private final AmqpConnection connection;
  private final Sender link;
  private final Queue queue;
  private final Source source;

  /** The link once there is one: the queue may call before. */
  private final AtomicReference<@Nullable OutboundLink> attached = new AtomicReference<>();

  private ReceiverAttach(AmqpConnection connection, Sender link, Queue queue, Source source) {
    this.connection = connection;
    this.link = link;
    this.queue = queue;
    this.source = source;
  }

  public static void open(AmqpConnection connection, Sender link, Queue queue) {
    var source = link.getRemoteSource();
    var attach = new ReceiverAttach(connection, link, queue, source);
    var filter = source.getFilter();
    if (filter != null && filter.containsKey(SESSION_FILTER)) {
      attach.acceptSession(plain(filter.get(SESSION_FILTER)));
    } else {
      attach.opened(queue.receiver(attach.mode(), attach::wake), Map.of());
    }
  }

  private void acceptSession(@Nullable String sessionId) {
    var accepting =
        queue.acceptSession(sessionId, mode(), timeout(), this::wake).toCompletableFuture();
    connection.register(link, () -> accepting.cancel(false));
    var unused =
        accepting.whenComplete(
            (session, failure) ->
                connection.run(
                    () -> connection.attempt(link, () -> accepted(accepting, session, failure))));
  }

  private void accepted(
      CompletableFuture<SessionReceiver> accepting,
      @Nullable SessionReceiver session,
      @Nullable Throwable failure) {
    if (link.isRemotelyClosedOrDetached() || !link.getSession().isRemotelyOpen()) {
      if (session != null) {
        session.close();
      }
    } else if (failure != null) {
      if (!accepting.isCancelled()) {
        Refusal.of(failure).answer(link);
      }
    } else if (session != null) {
      source.setFilter(Map.of(SESSION_FILTER, session.sessionId()));
      opened(session, Map.of(LOCKED_UNTIL, Ticks.of(session.lockedUntil())));
    }
  }

  private void opened(Receiver receiver, Map<Symbol, Object> properties) {
    var end = new OutboundLink(connection, link, queue, receiver);
    link.setProperties(properties)
        .setSource(source)
        .setTarget(link.<Target>getRemoteTarget())
        .setSenderSettleMode(link.getRemoteSenderSettleMode())
        .setReceiverSettleMode(link.getRemoteReceiverSettleMode());
    end.listen();
    link.open();
    attached.set(end);
    end.pumpSoon();
  }

  /** News from the queue, on any thread. Before there is a link its first pump will look. */
  private void wake() {
    var end = attached.get();
    if (end != null) {
      end.pumpSoon();
    }
  }

  private Queue.Mode mode() {
    return link.getRemoteSenderSettleMode() == SenderSettleMode.SETTLED
        ? Queue.Mode.RECEIVE_AND_DELETE
        : Queue.Mode.PEEK_LOCK;
  }

  private Duration timeout() {
    var properties = link.getRemoteProperties();
    return properties != null && properties.get(TIMEOUT) instanceof Number millis
        ? Duration.ofMillis(millis.longValue())
        : USUAL_TIMEOUT;
  }

  private static @Nullable String plain(@Nullable Object filter) {
    return switch (filter) {
      case null -> null;
      case DescribedType described -> plain(described.getDescribed());
      default -> filter.toString();
    };
  }
}
