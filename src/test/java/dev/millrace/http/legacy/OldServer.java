package dev.millrace.http.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.LocalMill;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One server for all tests of old routes: it starts with the first and stops after the last. */
final class OldServer implements ParameterResolver {
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(OldServer.class);

  /** Closed by the engine. */
  private record Running(LocalMill mill) implements AutoCloseable {
    @Override
    public void close() {
      mill.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
    return parameter.getParameter().getType() == LocalMill.class;
  }

  @Override
  public LocalMill resolveParameter(ParameterContext parameter, ExtensionContext extension) {
    return extension
        .getRoot()
        .getStore(HERE)
        .getOrComputeIfAbsent(
            "running", key -> new Running(LocalMill.start(Map.of())), Running.class)
        .mill();
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return Json.MAPPER.readValue(response.body(), JsonNode.class);
  }

  /** The whole reply is this, field for field; what a test cannot know is put in by it. */
  static void assertReply(HttpResponse<String> response, int status, String json)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(json(response)).isEqualTo(Json.MAPPER.readValue(json, JsonNode.class));
  }
}
