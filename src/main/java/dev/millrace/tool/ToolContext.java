package dev.millrace.tool;

import dev.millrace.job.Artifact;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.session.CodeSession;
import java.io.InputStream;
import java.time.Instant;

/**
 * What a call knows of its circumstances.
 *
 * @param executionId the same at every try of this call, and of no other call
 * @param announced when the call was about to begin for the first time
 * @param deadline when the call is given up
 * @param session the code session of this job or its conversation
 * @param files where a call leaves the files it made
 */
public record ToolContext(
    JobRef job,
    Owner owner,
    String executionId,
    Instant announced,
    Instant deadline,
    CodeSession session,
    Files files) {

  /** Keeps files for the job, with the step that made them. */
  @FunctionalInterface
  public interface Files {
    Artifact keep(String name, String mediaType, InputStream content);
  }
}
