package dev.millrace.security;

import java.util.List;
import java.util.Optional;

/** The headers of a request. */
@FunctionalInterface
public interface Headers {
  /** Every value of a header, whatever the case of its name. */
  List<String> all(String name);

  /** The value of a header that stands there once; one that is said twice says nothing. */
  default Optional<String> only(String name) {
    List<String> values = all(name);
    return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
  }
}
