package dev.millrace.session.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.Json;
import dev.millrace.session.rest.ApiVersion;
import dev.millrace.session.rest.ScriptedPool;
import dev.millrace.session.rest.exchange.PoolAddress;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Plays the server's side of a story of {@code executor/contract}: what the real executor is held
 * to by its own tests. Exchanges that a client has no use for are passed over.
 */
final class StoryPool implements PoolAddress, AutoCloseable {
  private static final Path FOLDER = Path.of("executor/contract");
  private static final String TOKEN = "secret";

  private final HttpServer server;
  private final List<JsonNode> exchanges = new ArrayList<>();
  private String lastTold = "";
  private @Nullable JsonNode last;
  private final List<String> unexpected = new ArrayList<>();

  StoryPool(String story, ApiVersion api, String operation) throws IOException {
    String text =
        Files.readString(FOLDER.resolve(story + ".json"))
            .replace("{{api}}", api.name())
            .replace("{{identifier}}", SessionBench.HOLDER.identifier(SessionBench.SECRET))
            .replace("{{operation}}", operation)
            .replace("\"{{number}}\"", "4")
            .replace("{{time}}", "2026-11-21T11:59:59.123456Z")
            .replace("{{base64}}", "cGljdHVyZQ==")
            .replaceAll("\\{\\{(any|text|uuid)}}", "something");
    JsonNode told = Json.MAPPER.readValue(text, JsonNode.class);
    told.get("exchanges").values().forEach(exchanges::add);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/pool", this::answer);
    server.start();
  }

  @Override
  public Target now() {
    return new Target(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/pool"), TOKEN);
  }

  private void answer(HttpExchange exchange) throws IOException {
    ScriptedPool.Asked asked = ScriptedPool.read(exchange);
    Optional<JsonNode> next = next(asked);
    if (next.isEmpty()) {
      // Nothing else exists in a story.
      reply(exchange, 404, "{\"error\": {\"code\": \"FileNotFound\", \"message\": \"no\"}}");
      return;
    }
    JsonNode response = next.get().get("response");
    JsonNode body = response.get("body");
    JsonNode text = response.get("text");
    String said = text == null ? "" : text.getStringValue();
    reply(
        exchange,
        response.get("status").getIntValue(),
        body == null ? said : Json.MAPPER.writeValueAsString(body));
  }

  private synchronized Optional<JsonNode> next(ScriptedPool.Asked asked) throws IOException {
    for (boolean exactly : new boolean[] {true, false}) {
      for (int i = 0; i < exchanges.size(); i++) {
        if (fits(exchanges.get(i).get("request"), asked, exactly)) {
          last = exchanges.get(i);
          lastTold = asked.what();
          exchanges.subList(0, i + 1).clear();
          return Optional.of(last);
        }
      }
    }
    if (lastTold.equals(asked.what()) && lastTold.startsWith("GET /executions/")) {
      return Optional.ofNullable(last); // it has ended that way, whoever asks
    }
    unexpected.add(asked.what() + " " + asked.query());
    return Optional.empty();
  }

  private static boolean fits(JsonNode request, ScriptedPool.Asked asked, boolean exactly)
      throws IOException {
    String what =
        request.get("method").getStringValue() + " " + request.get("path").getStringValue();
    String recursive = parameter(request, "recursive");
    return what.equals(asked.what())
        && sameCode(request, asked)
        && sameQuery(request, asked)
        && (!exactly || recursive.equals(asked.query().getOrDefault("recursive", "")));
  }

  private static boolean sameCode(JsonNode request, ScriptedPool.Asked asked) throws IOException {
    @Nullable String expected = code(request.get("body"));
    return expected == null || expected.equals(code(asked.json()));
  }

  private static @Nullable String code(@Nullable JsonNode body) {
    JsonNode wrapped = body == null ? null : body.get("properties");
    JsonNode fields = wrapped == null ? body : wrapped;
    JsonNode code = fields == null ? null : fields.get("code");
    return code == null ? null : code.coerceStringValue();
  }

  private static boolean sameQuery(JsonNode request, ScriptedPool.Asked asked) {
    String path = parameter(request, "path");
    String relative = path.replaceFirst("^/mnt/data/", "");
    return relative.isEmpty() || relative.equals(asked.query().get("path"));
  }

  private static String parameter(JsonNode request, String name) {
    JsonNode query = request.get("query");
    JsonNode value = query == null ? null : query.get(name);
    return value == null ? "" : value.coerceStringValue();
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** What was asked that the story does not tell of. */
  void nothingUnexpected(String... but) {
    assertThat(unexpected)
        .filteredOn(each -> List.of(but).stream().noneMatch(each::startsWith))
        .isEmpty();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
