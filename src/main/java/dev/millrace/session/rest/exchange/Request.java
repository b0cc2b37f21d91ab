package dev.millrace.session.rest.exchange;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is asked.
 *
 * @param target below the pool's address, with its query
 * @param contentType of the body, or null
 */
public record Request(
    String method,
    String target,
    Supplier<BodyPublisher> body,
    @Nullable String contentType,
    @Nullable String operationId,
    Duration limit) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BRIEFLY = Duration.ofSeconds(20);

  public static Request of(String method, String target) {
    return new Request(method, target, BodyPublishers::noBody, null, null, PATIENCE);
  }

  /** For what nobody should wait for long. */
  public static Request brief(String method, String target) {
    return new Request(method, target, BodyPublishers::noBody, null, null, BRIEFLY);
  }
}
