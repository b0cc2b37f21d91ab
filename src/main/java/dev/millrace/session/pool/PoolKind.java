package dev.millrace.session.pool;

import java.time.Duration;

/** What a pool does, apart from what the version of its API says. */
public enum PoolKind {
  /** Our executor on this machine. */
  LOCAL(Duration.ofHours(1), true),
  /** Our executor as the container of a pool in Azure. */
  CUSTOM(Duration.ofHours(1), true),
  /** Azure's own Python. */
  BUILT_IN(Duration.ofSeconds(220), false);

  /** A request that takes longer may be cut off on its way; longer executions are asked about. */
  static final Duration LONGEST_REQUEST = Duration.ofSeconds(200);

  private final Duration longestRun;
  private final boolean ours;

  PoolKind(Duration longestRun, boolean ours) {
    this.longestRun = longestRun;
    this.ours = ours;
  }

  /** The longest that the pool lets code run. */
  Duration longestRun() {
    return longestRun;
  }

  /** Whether the executor is ours: one name runs once, a run can be cancelled and watched. */
  boolean ours() {
    return ours;
  }

  /** Ours sends every figure; of the other only the last one comes with the answer. */
  boolean sendsAllFigures() {
    return ours;
  }
}
