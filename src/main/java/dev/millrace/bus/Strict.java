package dev.millrace.bus;

import static java.lang.Character.MAX_SURROGATE;
import static java.lang.Character.MIN_SURROGATE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What JSON leaves to its readers, decided: one value and nothing behind it, every name once in its
 * object, whole characters, numbers that exist. Two readers of one body then see the same request.
 */
final class Strict {
  /** Far below the depth at which anything that handles a request later would refuse it. */
  static final int DEEPEST = 100;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  private Strict() {}

  /**
   * @throws IOException saying what is wrong, and where
   */
  static void check(byte[] body) throws IOException {
    int values = 0;
    try (JsonParser parser = JSON.createParser(decoded(body))) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        check(token, parser);
        values += parser.getParsingContext().inRoot() ? 1 : 0;
      }
    } catch (JsonProcessingException e) {
      throw new IOException(at(e.getOriginalMessage(), e.getLocation()), e);
    }
    if (values != 1) {
      throw new IOException("it holds " + values + " values where one belongs");
    }
  }

  private static String decoded(byte[] body) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("some bytes are no UTF-8", e);
    }
  }

  private static void check(JsonToken token, JsonParser parser) throws IOException {
    boolean text = token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING;
    if (text && !whole(parser.getText())) {
      throw new IOException(at("half a surrogate pair is no character", parser.currentLocation()));
    }
    boolean number = token == JsonToken.VALUE_NUMBER_FLOAT;
    if (number && !Double.isFinite(parser.getDoubleValue())) {
      throw new IOException(at("a number is too large", parser.currentLocation()));
    }
  }

  private static boolean whole(String text) {
    return text.codePoints().noneMatch(c -> c >= MIN_SURROGATE && c <= MAX_SURROGATE);
  }

  private static String at(String problem, @Nullable JsonLocation location) {
    return location == null
        ? problem
        : "%s (line %d, column %d)"
            .formatted(problem, location.getLineNr(), location.getColumnNr());
  }
}
