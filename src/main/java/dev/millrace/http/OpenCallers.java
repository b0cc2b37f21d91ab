package dev.millrace.http;

import dev.millrace.job.Owner;
import io.micronaut.http.HttpRequest;
import jakarta.inject.Singleton;

/** Nobody signs in: whoever is on this machine is the one owner of everything. */
@Singleton
final class OpenCallers implements Callers {
  private static final Caller LOCAL = new Caller(new Owner("default", "local"), true);

  @Override
  public Caller of(HttpRequest<?> request) {
    return LOCAL;
  }
}
