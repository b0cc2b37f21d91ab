package dev.millrace.job;

import org.jspecify.annotations.Nullable;

/**
 * A file that a step left behind.
 *
 * @param blob its full name in the store
 * @param step the step that made it; null for a value too large to travel in a message
 */
public record Artifact(
    String name, String mediaType, long size, String sha256, @Nullable Integer step, String blob) {}
