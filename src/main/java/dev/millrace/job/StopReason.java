package dev.millrace.job;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Why a job ended, and with that, in which status. */
public enum StopReason {
  ANSWERED(Status.SUCCEEDED),
  BUDGET_TURNS(Status.INCOMPLETE),
  BUDGET_TOOL_CALLS(Status.INCOMPLETE),
  BUDGET_TOKENS(Status.INCOMPLETE),
  BUDGET_SECONDS(Status.INCOMPLETE),
  BUDGET_OUTPUT(Status.INCOMPLETE),
  DEADLINE(Status.INCOMPLETE),
  REFUSED(Status.FAILED),
  SCHEMA(Status.FAILED),
  CONTEXT(Status.FAILED),
  INVALID(Status.FAILED),
  CONFLICT(Status.FAILED),
  WORKFLOW_ERROR(Status.FAILED),
  DELEGATION_EXPIRED(Status.FAILED),
  MODEL_UNAVAILABLE(Status.FAILED),
  SESSIONS_UNAVAILABLE(Status.FAILED),
  POISON(Status.FAILED),
  CORRUPT(Status.FAILED),
  INTERNAL(Status.FAILED),
  CANCELED(Status.CANCELED);

  private final Status status;

  StopReason(Status status) {
    this.status = status;
  }

  public Status status() {
    return status;
  }

  /** The reason of this word; absent when it is the word of none. */
  public static Optional<StopReason> of(String word) {
    return Stream.of(values()).filter(reason -> reason.word().equals(word)).findFirst();
  }

  /** The word on the wire, for example {@code budget.toolCalls}. */
  public String word() {
    return switch (this) {
      case BUDGET_TOOL_CALLS -> "budget.toolCalls";
      default -> name().toLowerCase(Locale.ROOT).replace('_', '.');
    };
  }
}
