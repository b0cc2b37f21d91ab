package dev.millrace.job;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants done.
 *
 * @param sessionId the conversation this is a turn of; null for a job on its own
 * @param limits null where the agent's hold
 * @param deadline null where the usual one holds
 */
public record JobRequest(
    Kind kind,
    String agent,
    String message,
    @Nullable String sessionId,
    List<InputFile> files,
    @Nullable Map<String, Object> responseSchema,
    boolean tools,
    String role,
    @Nullable Caps limits,
    @Nullable Instant deadline,
    boolean stream,
    WhenBusy whenBusy,
    @Nullable String correlationId,
    Map<String, Object> metadata) {

  /** What is to run. */
  public enum Kind {
    AGENT,
    WORKFLOW,
    BATCH
  }

  /** What becomes of a turn while an earlier one of its conversation is unfinished. */
  public enum WhenBusy {
    QUEUE,
    REFUSE
  }

  public JobRequest {
    files = List.copyOf(files);
    responseSchema = responseSchema == null ? null : copy(responseSchema);
    metadata = copy(metadata);
  }

  /** Not Map.copyOf: JSON has nulls, and keeps its order. */
  private static Map<String, Object> copy(Map<String, Object> json) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(json));
  }

  public static JobRequest of(String agent, String message) {
    return new JobRequest(
        Kind.AGENT,
        agent,
        message,
        null,
        List.of(),
        null,
        true,
        "user",
        null,
        null,
        false,
        WhenBusy.QUEUE,
        null,
        Map.of());
  }

  public JobRequest withFiles(List<InputFile> kept) {
    return new JobRequest(
        kind,
        agent,
        message,
        sessionId,
        kept,
        responseSchema,
        tools,
        role,
        limits,
        deadline,
        stream,
        whenBusy,
        correlationId,
        metadata);
  }

  public JobRequest withSessionId(@Nullable String other) {
    return new JobRequest(
        kind,
        agent,
        message,
        other,
        files,
        responseSchema,
        tools,
        role,
        limits,
        deadline,
        stream,
        whenBusy,
        correlationId,
        metadata);
  }

  public JobRequest withDeadline(@Nullable Instant other) {
    return new JobRequest(
        kind,
        agent,
        message,
        sessionId,
        files,
        responseSchema,
        tools,
        role,
        limits,
        other,
        stream,
        whenBusy,
        correlationId,
        metadata);
  }
}
