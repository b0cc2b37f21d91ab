package dev.millrace.job;

import java.util.Locale;

/** Where a job stands. The last four are ends. */
public enum Status {
  QUEUED,
  RUNNING,
  SUCCEEDED,
  INCOMPLETE,
  FAILED,
  CANCELED;

  /** The word on the wire. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
