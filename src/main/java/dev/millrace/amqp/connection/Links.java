package dev.millrace.amqp.connection;

import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.engine.Sender;

/** Who answers when a client attaches. Called on the connection's thread. */
public interface Links {

  /** The client wants to receive. */
  void attach(Sender link);

  /** The client wants to send. */
  void attach(Receiver link);
}
