package dev.millrace.journal;

import dev.millrace.job.Artifact;
import dev.millrace.job.Caps;
import dev.millrace.job.Failure;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import io.micronaut.serde.annotation.SerdeImport;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a job's log can say. Fields are added, never changed or reused. */
@SerdeImport(Artifact.class)
@SerdeImport(Caps.class)
@SerdeImport(Failure.class)
@SerdeImport(Finding.class)
@SerdeImport(InputFile.class)
@SerdeImport(JobRequest.class)
@SerdeImport(Message.class)
@SerdeImport(Origin.class)
@SerdeImport(ToolCall.class)
@SerdeImport(ToolOutcome.class)
@SerdeImport(Usage.class)
public sealed interface Entry {

  /** Always the first. The hash is of the request as it came. */
  @Serdeable
  record Submitted(
      JobRequest request,
      String requestHash,
      String tenant,
      String owner,
      @Nullable String conversation,
      Instant deadline,
      Origin origin,
      List<String> warnings)
      implements Entry {
    public Submitted {
      warnings = List.copyOf(warnings);
    }
  }

  /** A message that points here was sent. */
  @Serdeable
  record Enqueued(String messageId) implements Entry {}

  /** From here on every lower epoch is fenced. The claim was made under this broker message. */
  @Serdeable
  record Claimed(int epoch, String worker, String entity, long sequenceNumber, boolean alone)
      implements Entry {}

  /**
   * A model answered; its tools have not run yet.
   *
   * @param parent the execution id of the call under which an agent works that was called as a tool
   * @param asked what we said before this answer, if anything
   */
  @Serdeable
  record ModelDone(
      int step,
      String model,
      Message message,
      Usage usage,
      @Nullable Map<String, Object> modelState,
      double seconds,
      @Nullable String parent,
      @Nullable Asked asked)
      implements Entry {
    /** An answer in the plain course of things. */
    public ModelDone(
        int step,
        String model,
        Message message,
        Usage usage,
        @Nullable Map<String, Object> modelState,
        double seconds,
        @Nullable String parent) {
      this(step, model, message, usage, modelState, seconds, parent, null);
    }
  }

  /**
   * Words of ours that an answer was asked for with.
   *
   * @param why {@link #EMPTY}, {@link #SCHEMA}, or the word of the stop reason whose budget is used
   *     up: the answer is the last one then
   */
  @Serdeable
  record Asked(String why, String text) {
    /** The answer before said nothing. */
    public static final String EMPTY = "empty";

    /** The answer before did not follow the schema. */
    public static final String SCHEMA = "schema";
  }

  /**
   * What was said before this job, and the steps up to this one, are told by this text from here
   * on.
   */
  @Serdeable
  record Summarized(int upTo, String text, String model, Usage usage, double seconds)
      implements Entry {}

  /** A tool is about to run under this execution id, until the deadline at the longest. */
  @Serdeable
  record ToolIntent(
      int step, String callId, String executionId, Instant deadline, @Nullable String parent)
      implements Entry {}

  /** A tool ran and its files are kept. */
  @Serdeable
  record ToolDone(
      int step,
      String callId,
      ToolOutcome outcome,
      List<Artifact> artifacts,
      boolean reexecuted,
      @Nullable String parent)
      implements Entry {
    public ToolDone {
      artifacts = List.copyOf(artifacts);
    }
  }

  /** The claim was let go in good order; nobody goes on before the time named. */
  @Serdeable
  record Released(int epoch, String why, Instant notBefore) implements Entry {
    public static final String STOPPING = "stopping";

    /** The store did not take a step in; the call behind it is made once more. */
    public static final String STORE_AWAY = "storage.unavailable";
  }

  /** Somebody wants the job stopped. */
  @Serdeable
  record CancelRequested(String by) implements Entry {}

  /**
   * The end; the first in a log is the truth.
   *
   * @param result the exact body of the result message
   */
  @Serdeable
  record Ended(Status status, StopReason stopReason, String result, List<Outbox> outbox)
      implements Entry {
    public Ended {
      outbox = List.copyOf(outbox);
    }
  }

  /** One message that has to leave after the end, and where to. */
  @Serdeable
  record Outbox(String messageId, String target) {}

  /** A target has the result, or never will. */
  @Serdeable
  record Published(String messageId, String target, Outcome outcome) implements Entry {
    /** Whether a target took the result in. */
    public enum Outcome {
      PUBLISHED,
      UNDELIVERABLE
    }
  }
}
