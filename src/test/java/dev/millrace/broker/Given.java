package dev.millrace.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message under construction. */
final class Given {
  private final String text;
  private @Nullable Duration timeToLive;
  private @Nullable Instant scheduledFor;
  private @Nullable String id;
  private @Nullable String session;
  private @Nullable String label;
  private @Nullable String correlation;
  private Map<String, Object> properties = Map.of();

  Given(String text) {
    this.text = text;
  }

  Given lives(Duration time) {
    timeToLive = time;
    return this;
  }

  Given at(Instant time) {
    scheduledFor = time;
    return this;
  }

  Given id(String value) {
    id = value;
    return this;
  }

  Given session(@Nullable String value) {
    session = value;
    return this;
  }

  Given label(String value) {
    label = value;
    return this;
  }

  Given correlation(String value) {
    correlation = value;
    return this;
  }

  Given properties(Map<String, Object> values) {
    properties = values;
    return this;
  }

  Message message() {
    return new Message(
        text.getBytes(UTF_8),
        new byte[] {1, 2},
        true,
        4,
        timeToLive,
        scheduledFor,
        id,
        session,
        null,
        null,
        correlation,
        null,
        null,
        label,
        null,
        properties);
  }
}
