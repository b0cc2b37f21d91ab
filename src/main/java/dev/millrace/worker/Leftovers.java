package dev.millrace.worker;

import dev.millrace.artifact.Artifacts;
import dev.millrace.job.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that were sent ahead of jobs, forgotten once they are old. Belongs to a sweeper. */
public final class Leftovers {
  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

  /** To look means to list them all, and nobody minds an hour more. */
  private static final Duration PAUSE = Duration.ofHours(1);

  private final Artifacts artifacts;
  private final Duration keep;
  private final InstantSource clock;
  private volatile Instant next = Instant.MIN;

  /**
   * @param keep how old they may become
   */
  public Leftovers(Artifacts artifacts, Duration keep, InstantSource clock) {
    this.artifacts = artifacts;
    this.keep = keep;
    this.clock = clock;
  }

  /** Forgets the old ones, if that was not done a short while ago. */
  void forget() {
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      return;
    }
    try {
      artifacts.forgetUploads(keep);
      next = now.plus(PAUSE);
    } catch (Unavailable e) {
      log.atWarn().setCause(e).log("old uploads are still there; the next sweep tries again");
    }
  }
}
