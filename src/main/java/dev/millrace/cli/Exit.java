package dev.millrace.cli;

/** What a command says to the shell. */
final class Exit {
  static final int SUCCEEDED = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int INCOMPLETE = 4;
  static final int CANCELED = 5;

  private Exit() {}

  /** For a job that ended with this status. */
  static int of(String status) {
    return switch (status) {
      case "succeeded" -> SUCCEEDED;
      case "incomplete" -> INCOMPLETE;
      case "canceled" -> CANCELED;
      default -> FAILED;
    };
  }
}
