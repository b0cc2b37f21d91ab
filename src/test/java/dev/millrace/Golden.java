package dev.millrace;

import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What crosses a boundary, as it was written once and is written ever after. */
public final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

  private Golden() {}

  /** The JSON of a golden file on one line, its fields in their order. */
  public static String json(String name) {
    try {
      var tree = Json.MAPPER.readValue(Files.readString(FOLDER.resolve(name)), JsonNode.class);
      return Json.MAPPER.writeValueAsString(tree);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
