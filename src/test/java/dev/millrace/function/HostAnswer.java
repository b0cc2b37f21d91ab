package dev.millrace.function;

import com.microsoft.azure.functions.HttpResponseMessage;
import com.microsoft.azure.functions.HttpStatusType;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** An answer as the worker passes it on: of several values under one name, the last. */
final class HostAnswer implements HttpResponseMessage, HttpResponseMessage.Builder {
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private HttpStatusType status;
  private Object body;

  HostAnswer(HttpStatusType status) {
    this.status = status;
  }

  @Override
  public HttpStatusType getStatus() {
    return status;
  }

  @Override
  public String getHeader(String name) {
    return headers.get(name);
  }

  @Override
  public Object getBody() {
    return body;
  }

  /** What goes to the client. */
  byte[] bytes() {
    return switch (body) {
      case null -> new byte[0];
      case byte[] bytes -> bytes;
      case String text -> text.getBytes(StandardCharsets.UTF_8);
      default -> throw new IllegalStateException("no body of a response: " + body.getClass());
    };
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  @Override
  public Builder status(HttpStatusType status) {
    this.status = status;
    return this;
  }

  @Override
  public Builder header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  @Override
  public Builder body(Object body) {
    this.body = body;
    return this;
  }

  @Override
  public HttpResponseMessage build() {
    return this;
  }
}
