package dev.millrace.broker;

import java.time.Instant;

/** The holder of a session. Its lock ends with it; delivery counts do not rise by that. */
public non-sealed interface SessionReceiver extends Receiver {

  String sessionId();

  Instant lockedUntil();

  /** Whether it still holds the session. The wake is also called when it lost it. */
  boolean isHeld();
}
