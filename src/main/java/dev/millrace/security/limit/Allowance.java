package dev.millrace.security.limit;

import dev.millrace.job.Owner;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Says when somebody has had enough for now. */
public final class Allowance {
  private static final Duration JOBS_END_WITHIN = Duration.ofSeconds(5);

  private final LimitSettings settings;
  private final Storage storage;
  private final Buckets<Owner> requests;
  private final Buckets<String> tokens;

  public Allowance(LimitSettings settings, Storage storage, InstantSource clock) {
    this.settings = settings;
    this.storage = storage;
    this.requests = new Buckets<>(settings.requests(), Duration.ofMinutes(1), clock);
    this.tokens = new Buckets<>(settings.tokens(), Duration.ofHours(1), clock);
  }

  /** How long a caller has to wait before the next request; absent when this one may be made. */
  public Optional<Duration> request(Owner caller) {
    return requests.take(caller, 1);
  }

  /** Whether a tenant ever has to wait with a job. */
  public boolean limitsJobs() {
    return settings.jobs() > 0 || settings.tokens() > 0;
  }

  /**
   * How long a tenant has to wait before the next job; absent when this one may be submitted.
   *
   * @param most tokens that the job may use
   */
  public Optional<Duration> job(String tenant, long most) {
    return tooManyOpen(tenant) ? Optional.of(JOBS_END_WITHIN) : tokens.take(tenant, most);
  }

  /** By the entries in the store, which every process and every way in makes. */
  private boolean tooManyOpen(String tenant) {
    if (settings.jobs() == 0) {
      return false;
    }
    int seen = 0;
    String next = null;
    do {
      var page = storage.list(Layout.OPEN + tenant + "/", next, settings.jobs());
      seen += page.entries().size();
      next = page.next();
    } while (next != null && seen < settings.jobs());
    return seen >= settings.jobs();
  }
}
