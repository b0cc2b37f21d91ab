package dev.millrace.bus;

import dev.millrace.job.Finding;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the body of a message turned out to be. */
public sealed interface Reading {
  /** "Look at this job now." */
  record PointsTo(JobRef job) implements Reading {}

  /** A whole request. The warnings name what was ignored, and old names. */
  record Wants(JobRequest request, List<String> warnings, Manner manner) implements Reading {}

  /**
   * How it was asked.
   *
   * @param oldNames whether a field stood under a name of an earlier system
   * @param waiting whether the sender would rather wait for the end, where that is possible; null
   *     if that was left open
   */
  record Manner(boolean oldNames, @Nullable Boolean waiting) {
    public static final Manner PLAIN = new Manner(false, null);
  }

  /** A request that can be read but not done, with all that is wrong with it. */
  record Wrong(JobRequest request, List<Finding> findings) implements Reading {}

  /** Nothing we can answer. */
  record Unreadable(String reason, String description) implements Reading {}
}
