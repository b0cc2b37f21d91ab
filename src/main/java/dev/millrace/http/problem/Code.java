package dev.millrace.http.problem;

import java.util.Locale;
import java.util.stream.Stream;

/** The kinds of problems. Their words and statuses never change. */
public enum Code {
  INVALID_REQUEST(400, "The request is not valid"),
  UNAUTHENTICATED(401, "Nobody has signed in"),
  FORBIDDEN(403, "This is not allowed"),
  NOT_FOUND(404, "There is no such thing"),
  METHOD_NOT_ALLOWED(405, "This method is not for this address"),
  NOT_ACCEPTABLE(406, "Nothing here is of an accepted type"),
  TIMEOUT(408, "The request took too long to arrive"),
  CONFLICT(409, "The state of things does not allow this"),
  GONE(410, "It was deleted"),
  TOO_LARGE(413, "The request is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The request is of a type that is not read here"),
  KEY_REUSED(422, "The idempotency key stands for another request"),
  TOO_MANY_REQUESTS(429, "There are too many requests"),
  INTERNAL(500, "Something is broken here"),
  NOT_BUILT(501, "This is not built yet"),
  UNAVAILABLE(503, "Something that is needed does not answer");

  private final int status;
  private final String title;

  Code(int status, String title) {
    this.status = status;
    this.title = title;
  }

  public int status() {
    return status;
  }

  String title() {
    return title;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The kind that goes with a status; the nearest there is, if none does. */
  static Code of(int status) {
    return Stream.of(values())
        .filter(code -> code.status == status)
        .findFirst()
        .orElse(status < 500 ? INVALID_REQUEST : INTERNAL);
  }
}
