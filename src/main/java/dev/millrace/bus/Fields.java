package dev.millrace.bus;

import dev.millrace.job.Finding;
import io.micronaut.json.tree.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the fields of a JSON object one by one, each of the type it should have, and remembers what
 * was wrong, so that a sender hears of everything at once.
 */
final class Fields {
  private final JsonNode object;
  private final String at;
  private final List<Finding> findings;
  private final OldNames old;
  private final Set<String> known = new TreeSet<>();
  private final List<Fields> within = new ArrayList<>();

  Fields(JsonNode object, String at, List<Finding> findings) {
    this(object, at, findings, OldNames.NONE);
  }

  Fields(JsonNode object, String at, List<Finding> findings, OldNames old) {
    this.object = object;
    this.at = at;
    this.findings = findings;
    this.old = old;
    known.addAll(old.used());
  }

  void wrong(String name, String problem) {
    findings.add(new Finding(at + "/" + old.written(name), problem));
  }

  /** Where there are fields that nobody took, here and in the objects within. */
  List<String> unknown() {
    var names = new TreeSet<String>();
    object.entries().forEach(entry -> names.add(entry.getKey()));
    names.removeAll(known);
    return Stream.concat(
            names.stream().map(name -> at + "/" + name),
            within.stream().flatMap(fields -> fields.unknown().stream()))
        .toList();
  }

  @Nullable String text(String name) {
    return typed(name, JsonNode::isString, JsonNode::getStringValue, "must be a string");
  }

  boolean flag(String name, boolean otherwise) {
    Boolean value = flag(name);
    return value == null ? otherwise : value;
  }

  @Nullable Boolean flag(String name) {
    return typed(name, JsonNode::isBoolean, JsonNode::getBooleanValue, "must be true or false");
  }

  /** A whole number of at least 1. */
  @Nullable Long count(String name) {
    return typed(
        name,
        node -> wholeNumber(node) && node.getLongValue() >= 1,
        JsonNode::getLongValue,
        "must be a whole number of at least 1");
  }

  private static boolean wholeNumber(JsonNode node) {
    return node.isNumber() && node.getNumberValue().toString().matches("-?[0-9]{1,18}");
  }

  <E extends Enum<E>> E word(String name, E otherwise) {
    String word = text(name);
    if (word == null) {
      return otherwise;
    }
    E[] all = otherwise.getDeclaringClass().getEnumConstants();
    return Stream.of(all)
        .filter(value -> word(value).equals(word))
        .findFirst()
        .orElseGet(
            () -> {
              String words = Stream.of(all).map(Fields::word).collect(Collectors.joining(", "));
              wrong(name, "must be one of: " + words);
              return otherwise;
            });
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Nullable Map<String, Object> map(String name) {
    return typed(name, JsonNode::isObject, Fields::plain, "must be an object");
  }

  /** An object within, to be taken field by field. */
  @Nullable Fields object(String name) {
    return typed(name, JsonNode::isObject, node -> within(node, name), "must be an object");
  }

  List<Fields> objects(String name) {
    var elements = new ArrayList<Fields>();
    JsonNode array = typed(name, JsonNode::isArray, Function.identity(), "must be an array");
    if (array != null) {
      int index = 0;
      for (JsonNode element : array.values()) {
        String path = name + "/" + index++;
        if (element.isObject()) {
          elements.add(within(element, path));
        } else {
          wrong(path, "must be an object");
        }
      }
    }
    return elements;
  }

  private Fields within(JsonNode node, String path) {
    var fields = new Fields(node, at + "/" + path, findings);
    within.add(fields);
    return fields;
  }

  private <T> @Nullable T typed(
      String name, Function<JsonNode, Boolean> is, Function<JsonNode, T> value, String otherwise) {
    known.add(name);
    JsonNode node = object.get(old.written(name));
    if (node == null || node.isNull()) {
      return null;
    }
    if (!is.apply(node)) {
      wrong(name, otherwise);
      return null;
    }
    return value.apply(node);
  }

  private static Map<String, Object> plain(JsonNode object) {
    var map = new LinkedHashMap<String, Object>();
    object.entries().forEach(entry -> map.put(entry.getKey(), entry.getValue().getValue()));
    return map;
  }
}
