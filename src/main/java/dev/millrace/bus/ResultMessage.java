package dev.millrace.bus;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One result on its way out. The application properties are strings and numbers, for filters.
 *
 * @param sessionId the session of the reply queue that the sender asked for
 */
public record ResultMessage(
    String messageId,
    @Nullable String correlationId,
    @Nullable String sessionId,
    String subject,
    Map<String, Object> properties,
    String body) {
  public ResultMessage {
    properties = Map.copyOf(properties);
  }
}
