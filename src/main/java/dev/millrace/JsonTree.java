package dev.millrace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.millrace.cli.Tree;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A configuration file in JSON as maps, lists and plain values. It may have comments. */
final class JsonTree {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .build();

  private JsonTree() {}

  /**
   * @throws IOException saying what is wrong, and where
   */
  static Map<String, @Nullable Object> read(Path file) throws IOException {
    try (var parser = JSON.createParser(text(file))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("a configuration begins with {");
      }
      var tree = Tree.object(parser);
      if (parser.nextToken() != null) {
        throw new IOException("something stands behind the last }");
      }
      return tree;
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s (line %d, column %d)"
              .formatted(
                  e.getOriginalMessage(),
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr()),
          e);
    }
  }

  private static String text(Path file) throws IOException {
    try {
      var text = Files.readString(file);
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw new IOException("there is no such file", e);
    } catch (MalformedInputException e) {
      throw new IOException("it is not saved as UTF-8", e);
    }
  }
}
