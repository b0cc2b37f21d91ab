package dev.millrace.tool;

import dev.millrace.job.Artifact;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.session.CodeSession;
import dev.millrace.session.LiveOutput;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a call knows of its circumstances.
 *
 * @param conversation that the job is a turn of; null for a job on its own
 * @param executionId the same at every try of this call, and of no other call
 * @param announced when the call was about to begin for the first time
 * @param deadline when the call is given up
 * @param session the code session of this job or its conversation
 * @param workspace the files of that session, as far as they are known
 * @param output is told what the call prints while it runs
 * @param files where a call leaves the files it made
 * @param ownersToken a token of the owner's for the scopes that the tool has declared; see {@link
 *     Delegation}
 */
public record ToolContext(
    JobRef job,
    Owner owner,
    @Nullable ConversationRef conversation,
    String executionId,
    Instant announced,
    Instant deadline,
    CodeSession session,
    Workspace workspace,
    LiveOutput output,
    Files files,
    Supplier<String> ownersToken) {

  /** Keeps files for the job, with the step that made them. */
  @FunctionalInterface
  public interface Files {
    /**
     * Keeps a file.
     *
     * @param name that its maker would give it; it is kept under one that is safe and unique
     * @param path of the file in the code session, if it is one; what is known to be the same
     *     already is not kept again, and absent
     */
    Optional<Artifact> keep(
        String name, String mediaType, @Nullable String path, InputStream content);

    /** Keeps a file that is not in the code session. */
    default Artifact keep(String name, String mediaType, InputStream content) {
      return keep(name, mediaType, null, content).orElseThrow();
    }
  }
}
