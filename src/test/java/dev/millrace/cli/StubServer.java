package dev.millrace.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Answers what a test says, over real HTTP, and notes what it was asked. */
final class StubServer implements AutoCloseable {
  private final HttpServer http;
  private final Map<String, Answer> answers = new HashMap<>();
  final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** A request as it came. */
  record Asked(String what, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }
  }

  /** How a request is answered; the number counts the requests of its kind, from 0 on. */
  @FunctionalInterface
  interface Answer {
    void to(HttpExchange exchange, int number) throws IOException;
  }

  StubServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
  }

  URI address() {
    return URI.create("http://localhost:" + http.getAddress().getPort());
  }

  StubServer on(String what, Answer answer) {
    answers.put(what, answer);
    return this;
  }

  StubServer on(String what, int status, String body) {
    return on(what, (exchange, number) -> send(exchange, status, body));
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Some events, and then the connection is closed in the middle of whatever comes next. */
  static void stream(HttpExchange exchange, String events) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(events.getBytes(StandardCharsets.UTF_8));
    exchange.close();
  }

  private void answer(HttpExchange exchange) {
    try {
      String what = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      int number = (int) asked.stream().filter(asked -> asked.what().equals(what)).count();
      asked.add(
          new Asked(
              what,
              Map.copyOf(exchange.getRequestHeaders()),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      answers
          .getOrDefault(what, (unknown, n) -> send(unknown, 404, "{\"title\": \"not here\"}"))
          .to(exchange, number);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
