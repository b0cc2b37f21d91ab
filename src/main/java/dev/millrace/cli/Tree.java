package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An object of JSON as it came. What is absent, or of another kind than expected, is empty. */
public record Tree(Map<String, @Nullable Object> fields) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Tree NOTHING = new Tree(Map.of());

  /** Reads an object; what is none has no fields. */
  public static Tree read(String json) {
    try (var parser = JSON.createParser(json)) {
      return parser.nextToken() == JsonToken.START_OBJECT ? new Tree(object(parser)) : NOTHING;
    } catch (IOException e) {
      return NOTHING;
    }
  }

  /** An object of texts, numbers and truth values, as JSON; what is null is left out. */
  static String written(Map<String, @Nullable Object> fields) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      json.writeStartObject();
      for (var field : fields.entrySet()) {
        if (field.getValue() != null) {
          json.writeFieldName(field.getKey());
          switch (field.getValue()) {
            case Boolean truth -> json.writeBoolean(truth);
            case Number number -> json.writeNumber(number.longValue());
            case Object words -> json.writeString(words.toString());
          }
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return text.toString();
  }

  public boolean has(String name) {
    return fields.get(name) != null;
  }

  public String text(String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  public long number(String name) {
    return fields.get(name) instanceof Number number ? number.longValue() : 0;
  }

  public Tree child(String name) {
    return tree(fields.get(name)).orElse(NOTHING);
  }

  public List<Tree> list(String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().map(Tree::tree).flatMap(Optional::stream).toList()
        : List.of();
  }

  @SuppressWarnings("unchecked") // objects are made below, with texts for keys
  private static Optional<Tree> tree(@Nullable Object value) {
    return value instanceof Map<?, ?> map
        ? Optional.of(new Tree((Map<String, @Nullable Object>) map))
        : Optional.empty();
  }

  /** The object at whose beginning a parser stands, as maps, lists and plain values. */
  public static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
    var map = new LinkedHashMap<String, @Nullable Object>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      map.put(name, value(parser));
    }
    return map;
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }
}
