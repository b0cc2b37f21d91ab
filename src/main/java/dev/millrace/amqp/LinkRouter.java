package dev.millrace.amqp;

import dev.millrace.amqp.connection.AmqpConnection;
import dev.millrace.amqp.connection.Links;
import dev.millrace.amqp.connection.Refusal;
import dev.millrace.amqp.link.InboundLink;
import dev.millrace.amqp.link.ReceiverAttach;
import dev.millrace.amqp.rpc.CbsNode;
import dev.millrace.amqp.rpc.ManagementNode;
import dev.millrace.amqp.rpc.Node;
import dev.millrace.amqp.rpc.ReplyLinks;
import dev.millrace.amqp.rpc.RequestLink;
import dev.millrace.broker.Destination;
import dev.millrace.broker.Entity;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Topic;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.qpid.protonj2.engine.Link;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.messaging.Terminus;
import org.apache.qpid.protonj2.types.transactions.Coordinator;
import org.jspecify.annotations.Nullable;

/** Brings each link of one connection to whom its address names. */
final class LinkRouter implements Links {
  private static final String CBS = "$cbs";
  private static final String MANAGEMENT = "/$management";
  private static final Pattern BEFORE_THE_PATH = Pattern.compile("^[a-z]+://[^/]*/|^/");

  private final AmqpConnection connection;
  private final Namespace namespace;
  private final ReplyLinks replies = new ReplyLinks();

  LinkRouter(AmqpConnection connection, Namespace namespace) {
    this.connection = connection;
    this.namespace = namespace;
  }

  @Override
  public void attach(Sender link) {
    refusing(
        link,
        () -> {
          var source = link.getRemoteSource();
          var address = address(source == null ? null : source.getAddress());
          if (isNode(address)) {
            node(address);
            replies.open(connection, link, address);
          } else {
            ReceiverAttach.open(connection, link, queue(address));
          }
        });
  }

  @Override
  public void attach(Receiver link) {
    refusing(
        link,
        () -> {
          var address = address(target(link.getRemoteTarget()));
          if (isNode(address)) {
            RequestLink.open(connection, link, address, node(address), replies);
          } else {
            var entity = namespace.entity(address);
            InboundLink.open(connection, link, destination(entity), entity.maxMessageSize());
          }
        });
  }

  private static void refusing(Link<?> link, Runnable attach) {
    try {
      attach.run();
    } catch (Refused e) {
      Refusal.of(e).answer(link);
    }
  }

  private static @Nullable String target(@Nullable Terminus terminus) {
    return switch (terminus) {
      case Target target -> target.getAddress();
      case Coordinator coordinator ->
          throw new Refused(
              Refused.Reason.UNSUPPORTED, "The local Service Bus does not support transactions.");
      case null, default -> null;
    };
  }

  private static String address(@Nullable String address) {
    if (address == null || address.isEmpty()) {
      throw new Refused(
          Refused.Reason.INVALID, "A link needs the address of a queue, topic or subscription.");
    }
    return BEFORE_THE_PATH.matcher(address).replaceFirst("").toLowerCase(Locale.ROOT);
  }

  private static boolean isNode(String address) {
    return address.equals(CBS) || address.endsWith(MANAGEMENT);
  }

  private Node node(String address) {
    return address.equals(CBS)
        ? new CbsNode()
        : new ManagementNode(
            namespace.entity(address.substring(0, address.length() - MANAGEMENT.length())));
  }

  private Queue queue(String address) {
    return switch (namespace.entity(address)) {
      case Queue queue -> queue;
      case Topic topic ->
          throw new Refused(
              Refused.Reason.NOT_ALLOWED,
              "%s is a topic. Receive from one of its subscriptions, %s/subscriptions/NAME."
                  .formatted(topic.address(), topic.address()));
    };
  }

  private static Destination destination(Entity entity) {
    return switch (entity) {
      case Queue queue when queue.kind() != Queue.Kind.QUEUE ->
          throw new Refused(
              Refused.Reason.NOT_ALLOWED,
              "%s takes no messages. Send to its queue or topic.".formatted(queue.address()));
      case Queue queue -> queue;
      case Topic topic -> topic;
    };
  }
}
