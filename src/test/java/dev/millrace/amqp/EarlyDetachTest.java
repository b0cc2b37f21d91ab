package dev.millrace.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.setup.Receiving;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Collections;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.impl.ProtonByteArrayBufferAllocator;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.EngineFactory;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.engine.sasl.client.SaslAuthenticator;
import org.apache.qpid.protonj2.engine.sasl.client.SaslCredentialsProvider;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client of few words, for what no SDK can be made to do at will. */
class EarlyDetachTest {
  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(LocalBus.queue("sessions", Receiving.DEFAULT.withSessions()));

  @Test
  void who_leaves_before_it_has_a_session_is_let_go() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), bus.port())) {
      socket.setSoTimeout((int) LocalBus.PATIENCE.toMillis());
      Engine engine = engine(socket);
      var connection = engine.start().setContainerId("few-words").open();
      Receiver link = connection.session().open().receiver("early");
      link.setSource(nextSession("sessions")).setTarget(new Target()).open();
      link.close();

      read(socket, engine, link);

      assertThat(link.getRemoteCondition()).isNull();
      assertThat(connection.isRemotelyOpen()).isTrue();
    }
  }

  private static Source nextSession(String queue) {
    var source = new Source();
    source.setAddress(queue);
    source.setFilter(
        Collections.singletonMap(Symbol.valueOf("com.microsoft:session-filter"), null));
    return source;
  }

  private static Engine engine(Socket socket) {
    Engine engine = EngineFactory.PROTON.createEngine();
    engine.saslDriver().client().setListener(new SaslAuthenticator(nobody()));
    engine.outputConsumer(frame -> write(socket, frame));
    return engine;
  }

  /** Until the broker has closed the link. */
  private static void read(Socket socket, Engine engine, Receiver link) throws IOException {
    byte[] buffer = new byte[4096];
    while (!link.isRemotelyClosed()) {
      int length = socket.getInputStream().read(buffer);
      assertThat(length).as("the connection lives on").isPositive();
      engine.ingest(ProtonByteArrayBufferAllocator.wrapped(Arrays.copyOf(buffer, length)));
    }
  }

  private static void write(Socket socket, ProtonBuffer frame) {
    byte[] bytes = new byte[frame.getReadableBytes()];
    frame.readBytes(bytes, 0, bytes.length);
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SaslCredentialsProvider nobody() {
    return new SaslCredentialsProvider() {
      @Override
      public String vhost() {
        return "localhost";
      }

      @Override
      public String username() {
        return "";
      }

      @Override
      public String password() {
        return "";
      }

      @Override
      public java.security.Principal localPrincipal() {
        return null;
      }
    };
  }
}
