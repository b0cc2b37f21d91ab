package dev.millrace.http.request;

import dev.millrace.job.JobId;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Makes ids for files that are sent ahead: who knows one may use the file. */
@Singleton
public final class UploadIds {
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  public UploadIds(InstantSource clock) {
    this.clock = clock;
  }

  public String next() {
    return JobId.timeOrdered(clock.instant(), random).value();
  }
}
