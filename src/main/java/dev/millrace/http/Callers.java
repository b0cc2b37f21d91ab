package dev.millrace.http;

import io.micronaut.http.HttpRequest;

/** Says who calls. Nothing else here does. */
@FunctionalInterface
public interface Callers {
  /**
   * @throws dev.millrace.http.problem.Refusal when nobody may call like this
   */
  Caller of(HttpRequest<?> request);
}
