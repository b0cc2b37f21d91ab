package dev.millrace.session.rest;

import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Code to be run, as a pool is told of it.
 *
 * @param asynchronous whether to answer at once
 */
record Order(String identifier, String code, Duration limit, boolean asynchronous) {
  byte[] body(ApiVersion version, long outputLimit, ObjectMapper json) {
    var fields = new LinkedHashMap<String, Object>();
    if (version.wrapped()) {
      fields.put("identifier", identifier);
      fields.put("codeInputType", "inline");
      fields.put("executionType", "synchronous");
    } else {
      fields.put("codeInputType", "Inline");
      fields.put("executionType", asynchronous ? "Asynchronous" : "Synchronous");
    }
    fields.put("code", code);
    fields.put("timeoutInSeconds", Math.max(1, (limit.toMillis() + 999) / 1000));
    if (version.outputLimit()) {
      fields.put("outputStreamsMaxLength", outputLimit);
    }
    try {
      return json.writeValueAsBytes(version.wrapped() ? Map.of("properties", fields) : fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
