/**
 * The store in one directory. Changes go to a write-ahead log, many callers' in one flush, and into
 * memory; from time to time a checkpoint brings them to plain files and drops the log. Why it is
 * built this way: {@code docs/adr/0001-disk-storage.md}.
 *
 * <p>A change on its way: {@link DiskStorage} checks it against what is there, {@link Committer}
 * makes it durable together with others in a {@link Segment}, the {@link Generation} in memory
 * takes it, {@link Checkpoint} carries the generation to the {@link Tree} of files.
 */
@NullMarked
package dev.millrace.storage.disk;

import org.jspecify.annotations.NullMarked;
