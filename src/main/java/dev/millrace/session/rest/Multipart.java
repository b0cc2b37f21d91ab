package dev.millrace.session.rest;

import dev.millrace.session.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** One file as a form, streamed. */
record Multipart(String boundary, BodyPublisher body) {
  static Multipart of(String fileName, Content content) {
    String boundary = "millrace-" + UUID.randomUUID();
    String head =
        """
        --%s
        Content-Disposition: form-data; name="file"; filename="%s"
        Content-Type: application/octet-stream

        """
            .formatted(boundary, quoted(fileName))
            .replace("\n", "\r\n");
    return new Multipart(
        boundary,
        BodyPublishers.concat(
            BodyPublishers.ofString(head),
            BodyPublishers.ofInputStream(() -> open(content)),
            BodyPublishers.ofString("\r\n--" + boundary + "--\r\n", StandardCharsets.US_ASCII)));
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  private static String quoted(String name) {
    return name.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static InputStream open(Content content) {
    try {
      return content.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
