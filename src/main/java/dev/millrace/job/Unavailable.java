package dev.millrace.job;

/**
 * The world failed and may work later: a store, a broker, a model, a pool of sessions. Which one it
 * was is in the message, for people; code never branches on it.
 */
public final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Unavailable(String what, Throwable cause) {
    super(what, cause);
  }

  public Unavailable(String what) {
    super(what);
  }
}
