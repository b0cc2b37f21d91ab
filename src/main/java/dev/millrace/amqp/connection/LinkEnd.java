package dev.millrace.amqp.connection;

/** Our end of a link. All methods are called on the connection's thread. */
public interface LinkEnd {

  /** The link is gone, by detach, end, close or because the connection broke. Called once. */
  void gone();

  /** The connection, or a window of its session, may have room again. */
  default void roomAgain() {}
}
