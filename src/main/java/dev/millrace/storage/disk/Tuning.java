package dev.millrace.storage.disk;

import java.time.Duration;

/**
 * Sizes that trade memory and start-up time for fewer checkpoints.
 *
 * @param generation bytes of changes in memory that ask for a checkpoint; twice as many can be
 *     there before writers wait, and as many again while a checkpoint runs
 * @param period how long a change stays away from its own file at most; zero for no checkpoints but
 *     those asked for
 * @param large length from which on a blob is written to a file of its own at once
 * @param keptNames names of large directories kept in memory
 * @param forcers forces a checkpoint runs at the same time
 * @param ahead bytes by which the write-ahead log is lengthened at a time
 */
record Tuning(long generation, Duration period, int large, int keptNames, int forcers, int ahead) {
  static final Tuning USUAL =
      new Tuning(16 << 20, Duration.ofSeconds(5), 64 << 10, 200_000, 4, 1 << 20);
}
