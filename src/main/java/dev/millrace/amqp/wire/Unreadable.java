package dev.millrace.amqp.wire;

import org.jspecify.annotations.Nullable;

/** What arrived is no AMQP message; the text says where it stops being one. */
public final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unreadable(String what) {
    this(what, null);
  }

  public Unreadable(String what, @Nullable Throwable cause) {
    super(what, cause);
  }
}
