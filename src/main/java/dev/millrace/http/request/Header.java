package dev.millrace.http.request;

import io.micronaut.http.HttpRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Headers as they were sent, also where a host has parted them at their commas. */
public final class Header {
  private Header() {}

  /** All that was sent under this name; null for nothing. */
  public static @Nullable String of(HttpRequest<?> request, String name) {
    List<String> values = request.getHeaders().getAll(name);
    return values.isEmpty() ? null : String.join(", ", values);
  }
}
