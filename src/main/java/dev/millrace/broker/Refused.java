package dev.millrace.broker;

/** A command that the rules do not allow. The message is fit to be shown to the client. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why, in the terms of Service Bus. */
  public enum Reason {
    NOT_FOUND,
    ALREADY_EXISTS,
    NOT_ALLOWED,
    INVALID,
    LOCK_LOST,
    SESSION_LOCK_LOST,
    SESSION_CANNOT_BE_LOCKED,
    MESSAGE_NOT_FOUND,
    TIMEOUT,
    ENTITY_FULL,
    TOO_LARGE,
    /** Not supported here; the message names it. */
    UNSUPPORTED,
    /** The namespace is closed, or its store failed. */
    UNAVAILABLE
  }

  private final Reason reason;

  public Refused(Reason reason, String message) {
    // Part of the story and frequent: nobody reads the stack.
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
