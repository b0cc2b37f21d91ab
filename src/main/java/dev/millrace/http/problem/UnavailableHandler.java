package dev.millrace.http.problem;

import dev.millrace.job.Unavailable;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

@Singleton
final class UnavailableHandler implements ExceptionHandler<Unavailable, HttpResponse<?>> {
  private final Problems problems;

  UnavailableHandler(Problems problems) {
    this.problems = problems;
  }

  @Override
  @SuppressWarnings("rawtypes") // as the interface has it
  public HttpResponse<?> handle(HttpRequest request, Unavailable away) {
    return problems.answer((HttpRequest<?>) request, away);
  }
}
