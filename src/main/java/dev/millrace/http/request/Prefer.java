package dev.millrace.http.request;

import dev.millrace.http.problem.Refusal;
import io.micronaut.http.HttpRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long a caller would rather wait than come again. */
public final class Prefer {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Pattern WAIT =
      Pattern.compile("(?i)(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})");
  private static final Pattern ASYNC =
      Pattern.compile("(?i)(?:^|[,;\\s])respond-async(?=$|[,;\\s])");

  private Prefer() {}

  /** As the header {@code Prefer} says; what it says in another way is ignored, as it must be. */
  public static Duration header(HttpRequest<?> request) {
    var wait = WAIT.matcher(all(request));
    return wait.find() ? bounded(Long.parseLong(wait.group(1))) : Duration.ZERO;
  }

  /**
   * As the header says, or else as long as may be for who has said in another way that they would
   * rather wait.
   */
  public static Duration of(HttpRequest<?> request, @Nullable Boolean waiting) {
    if (async(request)) {
      return Duration.ZERO;
    }
    Duration header = header(request);
    return header.isZero() && Boolean.TRUE.equals(waiting) ? LONGEST : header;
  }

  public static boolean async(HttpRequest<?> request) {
    return ASYNC.matcher(all(request)).find();
  }

  private static String all(HttpRequest<?> request) {
    return Objects.requireNonNullElse(Header.of(request, "Prefer"), "");
  }

  /** As {@code ?wait=} in the address says, in seconds. */
  public static Duration query(HttpRequest<?> request) {
    String wait = request.getParameters().get("wait");
    if (wait == null) {
      return Duration.ZERO;
    }
    if (!wait.matches("\\d{1,9}")) {
      throw Refusal.invalid("?wait", "must be a number of seconds, such as 30");
    }
    return bounded(Long.parseLong(wait));
  }

  private static Duration bounded(long seconds) {
    return seconds < LONGEST.toSeconds() ? Duration.ofSeconds(seconds) : LONGEST;
  }
}
