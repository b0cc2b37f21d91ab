package dev.millrace;

import io.micronaut.serde.ObjectMapper;
import java.util.Map;

/** The product's JSON, for tests. */
public final class Json {
  public static final ObjectMapper MAPPER =
      ObjectMapper.create(
          Map.of("micronaut.serde.serialization.inclusion", "NON_NULL"), "dev.millrace");

  private Json() {}
}
