package dev.millrace.session.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.Json;
import dev.millrace.session.rest.exchange.PoolAddress;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A session pool that answers what it is told to, and remembers what it was asked. */
public final class ScriptedPool implements PoolAddress, AutoCloseable {
  private final HttpServer server;
  private final Map<String, Deque<Reply>> replies = new LinkedHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new ArrayList<>(List.of("token-1"));
  private final CountDownLatch closed = new CountDownLatch(1);

  public ScriptedPool() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/pool", this::answer);
    server.start();
  }

  /** One request, its header names in lower case. */
  public record Asked(
      String what, Map<String, String> query, Map<String, String> headers, String body) {
    public JsonNode json() {
      try {
        return Json.MAPPER.readValue(body, JsonNode.class);
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
    }
  }

  /** One answer; a negative status is none at all. */
  public record Reply(int status, String body, Map<String, String> headers) {
    static final int CUT = -1;
    static final int NEVER = -2;

    public static Reply of(int status, String body) {
      return new Reply(status, body.replace('\'', '"'), Map.of());
    }

    /** The connection ends without an answer. */
    public static Reply cut() {
      return new Reply(CUT, "", Map.of());
    }

    /** No answer comes as long as the pool is open. */
    public static Reply never() {
      return new Reply(NEVER, "", Map.of());
    }

    public Reply with(String header, String value) {
      var more = new TreeMap<>(headers);
      more.put(header, value);
      return new Reply(status, body, more);
    }
  }

  /**
   * Answers these one after the other, and the last one ever after.
   *
   * @param what as in {@code GET /executions/*}
   */
  public ScriptedPool on(String what, Reply... answers) {
    replies.put(what, new ArrayDeque<>(List.of(answers)));
    return this;
  }

  public ScriptedPool on(String what, int status, String body) {
    return on(what, Reply.of(status, body));
  }

  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** What was asked, as in {@code GET /session}. */
  public List<String> whats() {
    return asked.stream().map(Asked::what).toList();
  }

  @Override
  public Target now() {
    return new Target(endpoint(), tokens.getLast());
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/pool/");
  }

  @Override
  public void refused(Target used) {
    tokens.add("token-" + (tokens.size() + 1));
  }

  private void answer(HttpExchange exchange) throws IOException {
    Asked now = read(exchange);
    asked.add(now);
    Reply reply = next(now.what());
    if (reply.status() == Reply.NEVER) {
      waitForTheEnd();
    }
    if (reply.status() < 0) {
      exchange.close();
      return;
    }
    byte[] body = reply.body().getBytes(UTF_8);
    reply.headers().forEach(exchange.getResponseHeaders()::add);
    exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void waitForTheEnd() throws IOException {
    try {
      if (!closed.await(1, TimeUnit.MINUTES)) {
        throw new IOException("nobody closed this pool");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Reply next(String what) {
    for (var each : replies.entrySet()) {
      String pattern = each.getKey();
      boolean matches =
          pattern.endsWith("*")
              ? what.startsWith(pattern.substring(0, pattern.length() - 1))
              : what.equals(pattern);
      if (matches) {
        Deque<Reply> left = each.getValue();
        return left.size() > 1 ? left.removeFirst() : left.getFirst();
      }
    }
    return Reply.of(
        404, "{'error': {'code': 'NotScripted', 'message': 'nothing at " + what + "'}}");
  }

  public static Asked read(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    var query = new TreeMap<String, String>();
    for (String each : uri.getRawQuery() == null ? new String[0] : uri.getRawQuery().split("&")) {
      String[] parts = each.split("=", 2);
      query.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
    }
    var headers = new TreeMap<String, String>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String path = uri.getPath().replaceFirst("^/pool", "");
    return new Asked(exchange.getRequestMethod() + " " + path, query, headers, body);
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }
}
