package dev.millrace.http;

import dev.millrace.http.problem.RequestIds;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;

/** What stands in the head of every answer. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class AnswerHeaders {
  @ResponseFilter
  void add(HttpRequest<?> request, MutableHttpResponse<?> response) {
    response.getHeaders().set(RequestIds.HEADER, RequestIds.of(request));
    response.getHeaders().set("x-content-type-options", "nosniff");
    if (!response.getHeaders().contains(HttpHeaders.CACHE_CONTROL)) {
      response.getHeaders().set(HttpHeaders.CACHE_CONTROL, "private, no-cache");
    }
  }
}
