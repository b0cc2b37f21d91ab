package dev.millrace.model.openai;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The data of server-sent events, one after the other. */
final class EventStream {
  private static final String END = "[DONE]";

  private final BufferedReader lines;

  EventStream(InputStream body) {
    lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /** Null when there are no more. */
  @Nullable String next() throws IOException {
    var data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data:")) {
        data.append(data.isEmpty() ? "" : "\n").append(line.substring("data:".length()).strip());
      } else if (line.isEmpty() && !data.isEmpty()) {
        break;
      }
    }
    return data.isEmpty() || data.toString().equals(END) ? null : data.toString();
  }
}
