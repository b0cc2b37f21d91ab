package dev.millrace.http.problem;

import dev.millrace.job.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that is answered with a problem. It is part of the story and carries no trace. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Code code;
  private final transient List<Finding> errors;
  private final transient Map<String, String> headers;
  private final transient Map<String, Object> more;

  private Refusal(
      Code code,
      String detail,
      List<Finding> errors,
      Map<String, String> headers,
      Map<String, Object> more) {
    super(detail, null, false, false);
    this.code = code;
    this.errors = List.copyOf(errors);
    this.headers = Map.copyOf(headers);
    this.more = Map.copyOf(more);
  }

  public static Refusal of(Code code, String detail) {
    return new Refusal(code, detail, List.of(), Map.of(), Map.of());
  }

  /** Everything that is wrong with a request. */
  public static Refusal invalid(List<Finding> errors) {
    return new Refusal(
        Code.INVALID_REQUEST,
        errors.size() == 1
            ? "One thing has to be mended before this can be done."
            : errors.size() + " things have to be mended before this can be done.",
        errors,
        Map.of(),
        Map.of());
  }

  public static Refusal invalid(String at, String problem) {
    return invalid(List.of(new Finding(at, problem)));
  }

  /** Who is refused for now alone, and for how long. */
  public static Refusal tooMany(String detail, Duration wait) {
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    return of(Code.TOO_MANY_REQUESTS, detail).with("Retry-After", String.valueOf(seconds));
  }

  public Refusal with(String header, String value) {
    var all = new java.util.HashMap<>(headers);
    all.put(header, value);
    return new Refusal(code, detail(), errors, all, more);
  }

  /** A field beside those that every problem has. */
  public Refusal telling(String field, @Nullable Object value) {
    if (value == null) {
      return this;
    }
    var all = new java.util.HashMap<>(more);
    all.put(field, value);
    return new Refusal(code, detail(), errors, headers, all);
  }

  Code code() {
    return code;
  }

  String detail() {
    return String.valueOf(getMessage());
  }

  List<Finding> errors() {
    return errors;
  }

  Map<String, String> headers() {
    return headers;
  }

  Map<String, Object> more() {
    return more;
  }
}
