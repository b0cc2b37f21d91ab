package dev.millrace.session.rest;

import static dev.millrace.session.rest.exchange.Fields.field;
import static dev.millrace.session.rest.exchange.Fields.text;

import dev.millrace.session.LiveOutput;
import dev.millrace.session.LiveOutput.Stream;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Reads the server-sent events of an execution: {@code stdout}, {@code stderr}, {@code end}. */
final class ServerEvents {
  private final ObjectMapper json;

  ServerEvents(ObjectMapper json) {
    this.json = json;
  }

  /** Until the event {@code end}, or until no more comes. */
  void read(InputStream body, LiveOutput live) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    String event = "";
    String data = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event:")) {
        event = line.substring("event:".length()).strip();
      } else if (line.startsWith("data:")) {
        data = line.substring("data:".length()).strip();
      } else if (line.isEmpty()) {
        switch (event) {
          case "stdout" -> live.wrote(Stream.STDOUT, said(data));
          case "stderr" -> live.wrote(Stream.STDERR, said(data));
          case "end" -> {
            return;
          }
          default -> {}
        }
        event = "";
        data = "";
      }
    }
  }

  private String said(String data) throws IOException {
    return text(field(json.readValue(data, JsonNode.class), "text"));
  }
}
