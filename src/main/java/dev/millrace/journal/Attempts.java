package dev.millrace.journal;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who has tried a job, and how it went. A claim that ended without a release and without a new step
 * is barren: its worker died, or was cut off.
 */
public final class Attempts {
  private static final int BARREN_ALONE_IS_POISON = 3;

  private Entry.@Nullable Claimed claim;
  private boolean stands;
  private boolean progressed;
  private boolean barren;
  private int barrenAlone;
  private int repeatedTurns;
  private Entry.@Nullable Released released;
  private @Nullable Instant waitingSince;
  private int releases;

  void claimed(Entry.Claimed next, boolean nextIsModel) {
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

  void progressed() {
    progressed = true;
    barren = false;
    barrenAlone = 0;
    releases = 0;
    waitingSince = null;
  }

  void released(Entry.Released release, Instant at, boolean nextIsModel) {
    repeatedTurns += nextIsModel && release.why().equals(Entry.Released.STORE_AWAY) ? 1 : 0;
    released = release;
    stands = false;
    releases++;
    waitingSince = waitingSince == null ? at : waitingSince;
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

  /** Since when the job has been released again and again without a new step. */
  public Optional<Instant> waitingSince() {
    return Optional.ofNullable(waitingSince);
  }

  /** How often it has been released without a new step. */
  public int releases() {
    return releases;
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
