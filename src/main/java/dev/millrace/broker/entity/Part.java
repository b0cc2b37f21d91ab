package dev.millrace.broker.entity;

/** Something in a domain for which time passes. */
interface Part {
  long NEVER = Long.MAX_VALUE;

  /** Does what is due. */
  void pass(Work work);

  /** Tells those who wait that nothing will come any more. */
  void close(Work work);

  /** When something is due next. */
  long nextDeadline();
}
