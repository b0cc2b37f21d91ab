package dev.millrace.cli;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A request and its files in one body, read from the disk as it is sent. */
final class Upload {
  private final String boundary;
  private final List<BodyPublisher> parts = new ArrayList<>();

  Upload(String boundary) {
    this.boundary = boundary;
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  Upload json(String name, String json) {
    text(head("name=\"%s\"".formatted(name), "application/json") + json);
    return this;
  }

  Upload file(String name, Path file) {
    text(
        head(
            "name=\"%s\"; filename=\"%s\""
                .formatted(name, quoted(String.valueOf(file.getFileName()))),
            "application/octet-stream"));
    try {
      parts.add(BodyPublishers.ofFile(file));
    } catch (FileNotFoundException e) {
      throw Trouble.wrong("There is no file " + file + " any more.");
    }
    return this;
  }

  BodyPublisher body() {
    text("\r\n--" + boundary + "--\r\n");
    return BodyPublishers.concat(parts.toArray(BodyPublisher[]::new));
  }

  private String head(String disposition, String type) {
    return "%s--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n"
        .formatted(parts.isEmpty() ? "" : "\r\n", boundary, disposition, type);
  }

  private void text(String text) {
    parts.add(BodyPublishers.ofString(text, StandardCharsets.UTF_8));
  }

  /** As browsers do it. */
  private static String quoted(String name) {
    return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }
}
