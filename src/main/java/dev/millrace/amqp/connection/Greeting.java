package dev.millrace.amqp.connection;

import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.engine.sasl.SaslOutcome;
import org.apache.qpid.protonj2.engine.sasl.SaslServerContext;
import org.apache.qpid.protonj2.engine.sasl.SaslServerListener;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.transport.AMQPHeader;

/** Lets everybody in: the namespace listens on this machine only, and knows no secrets. */
final class Greeting implements SaslServerListener {
  private static final String[] MECHANISMS = {"MSSBCBS", "ANONYMOUS", "PLAIN", "EXTERNAL"};

  @Override
  public void handleSaslHeader(SaslServerContext context, AMQPHeader header) {
    context.sendMechanisms(MECHANISMS);
  }

  @Override
  public void handleSaslInit(SaslServerContext context, Symbol mechanism, ProtonBuffer initial) {
    context.sendOutcome(SaslOutcome.SASL_OK, null);
  }

  @Override
  public void handleSaslResponse(SaslServerContext context, ProtonBuffer response) {
    context.sendOutcome(SaslOutcome.SASL_OK, null);
  }
}
