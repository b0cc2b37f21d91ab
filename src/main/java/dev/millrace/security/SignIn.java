package dev.millrace.security;

/** Says who calls. Nothing else does. */
@FunctionalInterface
public interface SignIn {
  /**
   * Safe for use by many threads; may ask for the keys that tokens are signed with.
   *
   * @throws dev.millrace.job.Unavailable when it cannot be found out now
   */
  Admission admit(Headers headers);

  /** What is found at the door. The reasons are for our own log, and for no answer. */
  sealed interface Admission {
    record Admitted(Caller caller) implements Admission {}

    /** Nobody that can be believed. */
    record Unknown(String why) implements Admission {}

    /** Somebody, who may not come in. */
    record Forbidden(String why) implements Admission {}
  }
}
