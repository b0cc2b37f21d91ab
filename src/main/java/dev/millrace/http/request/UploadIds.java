package dev.millrace.http.request;

import dev.millrace.job.JobId;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.security.Caller;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * Makes ids for files that are sent ahead. An id tells whose it is to those alone who have the
 * secret of the installation, so that nobody else's request may name it.
 */
@Singleton
public final class UploadIds {
  private final InstantSource clock;
  private final Secret secret;
  private final SecureRandom random = new SecureRandom();

  public UploadIds(InstantSource clock, Secret secret) {
    this.clock = clock;
    this.secret = secret;
  }

  public String next(Owner owner) {
    String id = JobId.timeOrdered(clock.instant(), random).value();
    return id + "-" + mark(owner, id);
  }

  public boolean mayUse(Caller caller, String id) {
    int end = id.lastIndexOf('-');
    return caller.wholeTenant()
        || (end > 0 && mark(caller.owner(), id.substring(0, end)).equals(id.substring(end + 1)));
  }

  private String mark(Owner owner, String id) {
    return secret.hash("upload", owner.tenant(), owner.name(), id).substring(0, 16);
  }
}
