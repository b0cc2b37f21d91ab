package dev.millrace.intake.fetch;

/**
 * Why a file is not fetched, as its sender is told. It says nothing of what is behind our doors.
 */
public final class Unfetched extends Exception {
  private static final long serialVersionUID = 1;

  Unfetched(String why) {
    super(why, null, false, false);
  }

  public String why() {
    return String.valueOf(getMessage());
  }
}
