package dev.millrace.session;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One file of a session. One that has changed differs in size or time.
 *
 * @param path below {@code /mnt/data}, with slashes
 * @param modifiedAt absent where the pool does not say
 */
public record SessionFile(String path, long size, @Nullable Instant modifiedAt) {}
