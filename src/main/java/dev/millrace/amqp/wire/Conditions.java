package dev.millrace.amqp.wire;

/** Names of errors. What a client does about one depends on its name, sometimes on its text. */
public final class Conditions {
  public static final String NOT_FOUND = "amqp:not-found";
  public static final String NOT_ALLOWED = "amqp:not-allowed";
  public static final String NOT_IMPLEMENTED = "amqp:not-implemented";
  public static final String INVALID_FIELD = "amqp:invalid-field";
  public static final String DECODE_ERROR = "amqp:decode-error";
  public static final String INTERNAL_ERROR = "amqp:internal-error";
  public static final String RESOURCE_LIMIT = "amqp:resource-limit-exceeded";
  public static final String TOO_LARGE = "amqp:link:message-size-exceeded";
  public static final String FORCED = "amqp:connection:forced";
  public static final String DETACH_FORCED = "amqp:link:detach-forced";

  public static final String DEAD_LETTER = "com.microsoft:dead-letter";
  public static final String BUSY = "com.microsoft:server-busy";
  public static final String TIMEOUT = "com.microsoft:timeout";
  public static final String LOCK_LOST = "com.microsoft:message-lock-lost";
  public static final String SESSION_LOCK_LOST = "com.microsoft:session-lock-lost";
  public static final String SESSION_CANNOT_BE_LOCKED = "com.microsoft:session-cannot-be-locked";
  public static final String MESSAGE_NOT_FOUND = "com.microsoft:message-not-found";
  public static final String ALREADY_EXISTS = "com.microsoft:entity-already-exists";
  public static final String ENTITY_NOT_FOUND = "com.microsoft:entity-not-found";

  private Conditions() {}
}
