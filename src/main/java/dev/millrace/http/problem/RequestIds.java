package dev.millrace.http.problem;

import io.micronaut.http.HttpRequest;
import java.util.UUID;
import java.util.regex.Pattern;

/** The name of a request, in its answer and in our logs: the caller's own, if it is harmless. */
public final class RequestIds {
  public static final String HEADER = "x-request-id";
  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private RequestIds() {}

  public static String of(HttpRequest<?> request) {
    return request
        .getAttribute(HEADER, String.class)
        .orElseGet(
            () -> {
              String theirs = request.getHeaders().get(HEADER);
              String id =
                  theirs != null && HARMLESS.matcher(theirs).matches()
                      ? theirs
                      : UUID.randomUUID().toString();
              request.setAttribute(HEADER, id);
              return id;
            });
  }
}
