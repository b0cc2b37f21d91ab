package dev.millrace.http.request;

import dev.millrace.bus.Reading;
import dev.millrace.http.problem.Refusal;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Headers by which peers say what is said in the body or by {@code Prefer} here. */
public final class OldHeaders {
  private static final String SESSION = "x-ms-session-id";
  private static final String WAIT = "x-ms-wait-for-response";
  private static final Set<String> YES = Set.of("true", "1", "yes", "y", "on");

  /** When today's names came: the first of January 2026. */
  private static final String SINCE = "@1767225600";

  private OldHeaders() {}

  /** Whether the caller would rather wait, if that is said at all. */
  public static Optional<Boolean> waiting(HttpRequest<?> request) {
    return Optional.ofNullable(Header.of(request, WAIT)).map(OldHeaders::yes);
  }

  public static boolean yes(String value) {
    return YES.contains(value.strip().toLowerCase(Locale.ROOT));
  }

  /**
   * The wish with what the headers say besides.
   *
   * @throws Refusal when they say something else than the body
   */
  public static Wish heed(HttpRequest<?> request, Wish wish) {
    @Nullable String session = Header.of(request, SESSION);
    Optional<Boolean> waiting = waiting(request);
    @Nullable String named = wish.request().sessionId();
    if (session != null && named != null && !session.equals(named)) {
      throw Refusal.invalid(
          SESSION, "means the same as sessionId and says something else; keep one of them");
    }
    boolean old = wish.manner().oldNames() || session != null || waiting.isPresent();
    var manner = new Reading.Manner(old, waiting.orElse(wish.manner().waiting()));
    return wish.with(
        session == null ? wish.request() : wish.request().withSessionId(session), manner);
  }

  /** Tells a caller who used an old name. */
  public static <T> MutableHttpResponse<T> tell(Wish wish, MutableHttpResponse<T> answer) {
    return wish.manner().oldNames()
        ? answer
            .header("Deprecation", SINCE)
            .header("Link", "</docs>; rel=\"deprecation\"; type=\"text/html\"")
        : answer;
  }
}
