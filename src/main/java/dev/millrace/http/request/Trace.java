package dev.millrace.http.request;

import dev.millrace.job.Origin;
import io.micronaut.http.HttpRequest;
import java.util.regex.Pattern;

/**
 * The trace that a request is a part of, after W3C Trace Context. One that cannot be read is none.
 */
public final class Trace {
  private static final Pattern PARENT =
      Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  private static final Pattern STATE = Pattern.compile("[ -~]{1,512}");

  private Trace() {}

  public static Origin origin(HttpRequest<?> request) {
    String parent = Header.of(request, "traceparent");
    if (parent == null || !PARENT.matcher(parent).matches()) {
      return Origin.HTTP;
    }
    String state = Header.of(request, "tracestate");
    return Origin.http(parent, state != null && STATE.matcher(state).matches() ? state : null);
  }
}
