package dev.millrace.session.rest;

import java.util.regex.Pattern;

/**
 * A version of the API of session pools, as in {@code 2025-10-02-preview}. It is a date, and what
 * came with a version stays.
 */
public record ApiVersion(String name) {
  private static final Pattern NAME = Pattern.compile("20\\d\\d-[01]\\d-[0-3]\\d(-preview)?");

  public static final ApiVersion NEWEST = new ApiVersion("2025-10-02-preview");
  private static final ApiVersion FIRST = new ApiVersion("2024-02-02-preview");

  public ApiVersion {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("must be like 2025-10-02-preview");
    }
  }

  /** Whether there was such an API at that time. */
  public boolean published() {
    return since(FIRST.name);
  }

  /** The first generation puts everything into an object named properties, and has other paths. */
  boolean wrapped() {
    return !since("2024-10-02");
  }

  /** Executions have names, and outlive the request that began them. */
  public boolean executions() {
    return !wrapped();
  }

  public boolean sessions() {
    return since("2025-02-02");
  }

  /** The length of the output can be asked for; it is short when nobody asks. */
  boolean outputLimit() {
    return since("2025-10-02");
  }

  /** Files of all directories can be listed at once. */
  boolean recursiveListing() {
    return since("2025-10-02");
  }

  private boolean since(String date) {
    return name.compareTo(date) >= 0;
  }
}
