package dev.millrace.amqp.rpc;

import dev.millrace.amqp.connection.AmqpConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.engine.Session;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of one connection that replies go out by. Which of them a request means by its reply-to
 * differs: one client names the target of its link, another the link, a third the node.
 */
public final class ReplyLinks {
  private static final Logger log = LoggerFactory.getLogger(ReplyLinks.class);

  private final List<ReplyLink> links = new ArrayList<>();

  public void open(AmqpConnection connection, Sender link, String address) {
    var end = new ReplyLink(connection, link, address, links::remove);
    links.add(end);
    var source = link.getRemoteSource();
    link.setSource(source == null ? new Source() : source)
        .setTarget(link.<Target>getRemoteTarget())
        .setSenderSettleMode(link.getRemoteSenderSettleMode())
        .setReceiverSettleMode(link.getRemoteReceiverSettleMode())
        .setProperties(Map.of());
    end.listen();
    link.open();
  }

  /** Of several links that fit, the best: as the client named it, then in the request's session. */
  void send(String address, @Nullable String replyTo, Session session, byte[] reply) {
    links.stream()
        .filter(link -> link.address().equals(address))
        .max(
            Comparator.comparing((ReplyLink link) -> link.isNamed(replyTo))
                .thenComparing(link -> link.isIn(session)))
        .ifPresentOrElse(
            link -> link.send(reply),
            () -> log.debug("nobody waits for a reply of {} any more", address));
  }
}
