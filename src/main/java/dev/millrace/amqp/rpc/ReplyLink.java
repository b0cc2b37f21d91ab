package dev.millrace.amqp.rpc;

import dev.millrace.amqp.connection.AmqpConnection;
import dev.millrace.amqp.connection.LinkEnd;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.impl.ProtonByteArrayBufferAllocator;
import org.apache.qpid.protonj2.engine.OutgoingDelivery;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.engine.Session;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.messaging.Terminus;
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/** Replies wait here for credit, which some clients grant one by one. */
final class ReplyLink implements LinkEnd {
  private final AmqpConnection connection;
  private final Sender link;
  private final String address;
  private final Consumer<ReplyLink> onGone;
  private final ArrayDeque<ProtonBuffer> waiting = new ArrayDeque<>();
  private @Nullable ProtonBuffer rest;
  private long sent;

  ReplyLink(AmqpConnection connection, Sender link, String address, Consumer<ReplyLink> onGone) {
    this.connection = connection;
    this.link = link;
    this.address = address;
    this.onGone = onGone;
  }

  void listen() {
    link.creditStateUpdateHandler(connection.guarded(link, changed -> connection.roomAgain()));
    link.deliveryStateUpdatedHandler(connection.guarded(link, OutgoingDelivery::settle));
    connection.register(link, this);
  }

  String address() {
    return address;
  }

  boolean isNamed(@Nullable String replyTo) {
    return link.getName().equals(replyTo) || (replyTo != null && replyTo.equals(target()));
  }

  private @Nullable String target() {
    return link.<Terminus>getRemoteTarget() instanceof Target target ? target.getAddress() : null;
  }

  boolean isIn(Session session) {
    return link.getSession().equals(session);
  }

  void send(byte[] reply) {
    waiting.add(ProtonByteArrayBufferAllocator.wrapped(reply));
    roomAgain();
  }

  @Override
  public void roomAgain() {
    if (rest != null && link.isSendable()) {
      write(link.current(), rest);
    }
    while (rest == null && !waiting.isEmpty() && link.isSendable()) {
      var out = link.next();
      out.setTag(ByteBuffer.allocate(Long.BYTES).putLong(sent++).array());
      if (link.getRemoteSenderSettleMode() != SenderSettleMode.UNSETTLED) {
        out.settle();
      }
      write(out, waiting.remove());
    }
    if (waiting.isEmpty() && link.isDraining()) {
      link.drained();
    }
  }

  @Override
  public void gone() {
    onGone.accept(this);
  }

  private void write(OutgoingDelivery out, ProtonBuffer bytes) {
    out.writeBytes(bytes);
    rest = bytes.isReadable() ? bytes : null;
  }
}
