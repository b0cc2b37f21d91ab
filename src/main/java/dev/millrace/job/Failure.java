package dev.millrace.job;

import java.util.List;

/** Why there is no usable answer. */
public record Failure(String code, String message, List<Finding> details) {
  public Failure {
    details = List.copyOf(details);
  }
}
