package dev.millrace.bus;

import dev.millrace.job.Finding;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import java.util.List;

/** What the body of a message turned out to be. */
public sealed interface Reading {
  /** "Look at this job now." */
  record PointsTo(JobRef job) implements Reading {}

  /** A whole request. The warnings name what was ignored. */
  record Wants(JobRequest request, List<String> warnings) implements Reading {}

  /** A request that can be read but not done, with all that is wrong with it. */
  record Wrong(JobRequest request, List<Finding> findings) implements Reading {}

  /** Nothing we can answer. */
  record Unreadable(String reason, String description) implements Reading {}
}
