package dev.millrace.journal;

import dev.millrace.job.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who has tried a job, and how it went. A claim that ended without a release and without a new step
 * is barren: its worker died, or was cut off.
 */
public final class Attempts {
  private static final int BARREN_ALONE_IS_POISON = 3;
  private static final Set<String> OUTAGES =
      Set.of(StopReason.MODEL_UNAVAILABLE.word(), StopReason.SESSIONS_UNAVAILABLE.word());

  private Entry.@Nullable Claimed claim;
  private boolean stands;
  private boolean progressed;
  private boolean barren;
  private int barrenAlone;
  private int repeatedTurns;
  private Entry.@Nullable Released released;
  private @Nullable Instant awaySince;
  private int outages;
  private Duration worked = Duration.ZERO;
  private @Nullable Instant since;
  private @Nullable Instant lastSeen;

  void claimed(Entry.Claimed next, Instant at, boolean nextIsModel) {
    worked = workedFor(lastSeen == null ? at : lastSeen);
    since = at;
    lastSeen = at;
    if (stands) {
      if (!progressed) {
        barren = true;
        barrenAlone += claim != null && claim.alone() ? 1 : 0;
      }
      repeatedTurns += nextIsModel ? 1 : 0;
    }
    claim = next;
    stands = true;
    progressed = false;
  }

  void progressed(Instant at) {
    lastSeen = at;
    progressed = true;
    barren = false;
    barrenAlone = 0;
    outages = 0;
    awaySince = null;
  }

  void released(Entry.Released release, Instant at, boolean nextIsModel) {
    worked = workedFor(at);
    since = null;
    repeatedTurns += nextIsModel && release.why().equals(Entry.Released.STORE_AWAY) ? 1 : 0;
    released = release;
    stands = false;
    if (OUTAGES.contains(release.why())) {
      outages++;
      awaySince = awaySince == null ? at : awaySince;
    }
  }

  /**
   * How long claims have stood by now. One whose worker died counts up to what that had written.
   */
  Duration workedFor(Instant now) {
    return since == null || now.isBefore(since)
        ? worked
        : worked.plus(Duration.between(since, now));
  }

  public int epoch() {
    return claim == null ? 0 : claim.epoch();
  }

  /** The claim in force: somebody works on the job, or died over it. */
  public Optional<Entry.Claimed> standing() {
    return stands ? Optional.ofNullable(claim) : Optional.empty();
  }

  /** The time before which nobody goes on; absent when nothing was released. */
  public Optional<Instant> notBefore() {
    return stands ? Optional.empty() : Optional.ofNullable(released).map(Entry.Released::notBefore);
  }

  /** Since when the job has found its model or its sessions away, without a new step. */
  public Optional<Instant> awaySince() {
    return Optional.ofNullable(awaySince);
  }

  /** How often it has found them away, without a new step. A worker that stops does not count. */
  public int outages() {
    return outages;
  }

  /** Whether nothing else may run beside it, now that a claim has been barren. */
  public boolean needsSolitude() {
    return barren || standsBarren();
  }

  /** Whether it has brought down three workers that ran nothing else. */
  public boolean poisonous() {
    int counted = barrenAlone + (standsBarren() && claim != null && claim.alone() ? 1 : 0);
    return counted >= BARREN_ALONE_IS_POISON;
  }

  /** Model turns that may have been asked for twice. */
  public int repeatedTurns() {
    return repeatedTurns;
  }

  private boolean standsBarren() {
    return stands && !progressed;
  }
}
