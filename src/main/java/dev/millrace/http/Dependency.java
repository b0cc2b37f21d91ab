package dev.millrace.http;

/** Something without which this process cannot work; each bean of this type is asked. */
public interface Dependency {
  /** As a person knows it: storage, bus. */
  String name();

  /**
   * Returns when it answers.
   *
   * @throws dev.millrace.job.Unavailable when it does not
   */
  void check();
}
