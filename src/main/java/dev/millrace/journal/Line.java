package dev.millrace.journal;

import java.time.Instant;

/**
 * One entry as it stands in a log.
 *
 * @param recordId tells an own entry from a stranger's when an answer was lost
 * @param at the writer's clock; good for people and budgets, not for safety
 */
public record Line<E>(String recordId, Instant at, E entry) {}
