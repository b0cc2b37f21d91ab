package dev.millrace.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.job.Failure;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as the world sees it: the body of a result message and, with its steps, what a door
 * answers. What only an end brings is null before it. A value too large for a message is null, and
 * the field of that name with {@code File} behind it says where it lies.
 */
@Serdeable
@JsonInclude(JsonInclude.Include.ALWAYS)
public record JobResult(
    int schema,
    @Nullable String id,
    String kind,
    String agent,
    @Nullable String model,
    String status,
    @Nullable String stopReason,
    @Nullable String message,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable File messageFile,
    @Nullable String response,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable File responseFile,
    @Nullable Object structured,
    @Nullable String sessionId,
    @Nullable String correlationId,
    @Nullable String batchId,
    @Nullable String customId,
    @Nullable Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable Instant deadline,
    List<Product> artifacts,
    Used usage,
    Repeated repeated,
    @Nullable Failure error,
    List<String> warnings,
    Map<String, Object> metadata,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Links links) {

  public static final int SCHEMA = 1;

  /** A value that is too large to travel. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record File(String sha256, long size, String blob, String href) {}

  /** A file that a step left behind. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Product(
      String name,
      String mediaType,
      long size,
      String sha256,
      @Nullable Integer step,
      String blob,
      String href) {}

  /** What the job took. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Used(
      long inputTokens, long outputTokens, int modelTurns, int toolCalls, double sessionSeconds) {}

  /** Calls that may have been made twice, because a worker died in the middle of one. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Repeated(int modelTurns, int toolCalls) {}

  /** Where to go from here. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Links(
      String self,
      String events,
      String artifacts,
      String cancel,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String conversation) {}
}
