package dev.millrace.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.Json;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Speaks the chat completions of OpenAI, at any path, as it is told to: one scene after the other,
 * and then always that the sum is four. It remembers what it was asked.
 */
public final class ScriptedServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<Scene> scenes = new ConcurrentLinkedQueue<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  public ScriptedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::play);
    server.start();
  }

  /** One request, its header names in lower case. */
  public record Asked(String target, Map<String, String> headers, JsonNode body) {
    /** What the last message says. */
    public String lastMessage() {
      var messages = new ArrayList<JsonNode>();
      body.get("messages").values().forEach(messages::add);
      return messages.getLast().get("content").getStringValue();
    }
  }

  /** What happens to one request. */
  public sealed interface Scene {
    /** Events of a stream, and then its end, nothing more, or the end of the connection. */
    record Events(List<String> data, Then then) implements Scene {}

    record Whole(int status, Map<String, String> headers, String body) implements Scene {}

    /** No word, for as long as the server is there. */
    record Silence() implements Scene {}

    /** The connection ends without an answer. */
    record Cut() implements Scene {}

    /** Waits before another scene. */
    record After(CountDownLatch latch, Scene scene) implements Scene {}

    enum Then {
      END,
      STALL,
      CUT
    }

    /** The words, piece by piece, and then these events. */
    static Scene says(String words, String... more) {
      var events = new ArrayList<String>();
      events.add("{'choices': [], 'prompt_filter_results': []}");
      events.add("{'choices': [{'index': 0, 'delta': {'role': 'assistant', 'content': ''}}]}");
      for (String word : words.split("(?<= )")) {
        events.add("{'choices': [{'index': 0, 'delta': {'content': '" + word + "'}}]}");
      }
      events.addAll(Arrays.asList(more));
      return new Events(finished(events, more.length == 0 ? "stop" : "tool_calls"), Then.END);
    }

    /** These events, and what ends an answer. */
    static List<String> finished(List<String> events, String reason) {
      var all = new ArrayList<>(events);
      all.add("{'choices': [{'index': 0, 'delta': {}, 'finish_reason': '" + reason + "'}]}");
      all.add("{'choices': [], 'usage': {'prompt_tokens': 12, 'completion_tokens': 3}}");
      return all;
    }

    static Scene events(Then then, String... data) {
      return new Events(List.of(data), then);
    }

    /** One call in one piece. */
    static String call(int index, String id, String name, String arguments) {
      return """
      {'choices': [{'index': 0, 'delta': {'tool_calls': [{'index': %d, 'id': '%s', 'type': 'function',
      'function': {'name': '%s', 'arguments': "%s"}}]}}]}\
      """
          .formatted(index, id, name, arguments.replace("\\", "\\\\").replace("\"", "\\\""))
          .replace("\n", " ");
    }

    static Scene whole(int status, String body, String... headers) {
      var all = new TreeMap<String, String>();
      for (int at = 0; at < headers.length; at += 2) {
        all.put(headers[at], headers[at + 1]);
      }
      return new Whole(status, all, body);
    }
  }

  public ScriptedServer then(Scene... more) {
    scenes.addAll(List.of(more));
    return this;
  }

  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void play(HttpExchange exchange) throws IOException {
    var headers = new TreeMap<String, String>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
    var body = Json.MAPPER.readValue(exchange.getRequestBody().readAllBytes(), JsonNode.class);
    asked.add(new Asked(exchange.getRequestURI().toString(), headers, body));
    @Nullable Scene scene = scenes.poll();
    play(exchange, scene == null ? Scene.says("It is four.") : scene);
  }

  private void play(HttpExchange exchange, Scene scene) throws IOException {
    switch (scene) {
      case Scene.Events(var data, var then) -> {
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (String each : data) {
          String event = each.startsWith(":") ? each : "data: " + json(each);
          out.write((event + "\n\n").getBytes(UTF_8));
          out.flush();
        }
        switch (then) {
          case END -> {
            out.write("data: [DONE]\n\n".getBytes(UTF_8));
            exchange.close();
          }
          case STALL -> waitFor(closed);
          case CUT -> cut(exchange);
        }
      }
      case Scene.Whole(int status, var headers, String body) -> {
        byte[] bytes = json(body).getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
      }
      case Scene.Silence() -> waitFor(closed);
      case Scene.Cut() -> cut(exchange);
      case Scene.After(var latch, var next) -> {
        waitFor(latch);
        play(exchange, next);
      }
    }
  }

  /** To fail without having ended the answer closes the connection. */
  private static void cut(HttpExchange exchange) throws IOException {
    throw new IOException("cut " + exchange.getRequestURI());
  }

  /** For texts that are easy to read. */
  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static void waitFor(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(1, TimeUnit.MINUTES)) {
        throw new IOException("nobody ended the wait");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
