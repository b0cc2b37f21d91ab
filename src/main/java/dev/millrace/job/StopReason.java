package dev.millrace.job;

import java.util.Locale;

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

  /** The word on the wire, for example {@code budget.toolCalls}. */
  public String word() {
    return switch (this) {
      case BUDGET_TOOL_CALLS -> "budget.toolCalls";
      default -> name().toLowerCase(Locale.ROOT).replace('_', '.');
    };
  }
}
