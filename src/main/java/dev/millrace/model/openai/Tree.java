package dev.millrace.model.openai;

import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON that others wrote: every look into it may find nothing. */
final class Tree {
  private Tree() {}

  static @Nullable JsonNode read(ObjectMapper json, byte[] bytes) {
    try {
      return bytes.length == 0 ? null : json.readValue(bytes, JsonNode.class);
    } catch (IOException e) {
      return null;
    }
  }

  static @Nullable JsonNode at(@Nullable JsonNode node, String... path) {
    @Nullable JsonNode found = node;
    for (String name : path) {
      found = found != null && found.isObject() ? found.get(name) : null;
    }
    return found == null || found.isNull() ? null : found;
  }

  static List<JsonNode> list(@Nullable JsonNode node) {
    var all = new ArrayList<JsonNode>();
    if (node != null && node.isArray()) {
      node.values().forEach(all::add);
    }
    return all;
  }

  static String text(@Nullable JsonNode node) {
    return node != null && node.isString() ? node.getStringValue() : "";
  }

  static long number(@Nullable JsonNode node) {
    return node != null && node.isNumber() ? node.getLongValue() : 0;
  }

  /** Maps, lists and plain values. */
  static @Nullable Object plain(JsonNode node) {
    if (node.isObject()) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      node.entries().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
      return map;
    }
    if (node.isArray()) {
      var list = new ArrayList<@Nullable Object>();
      node.values().forEach(each -> list.add(plain(each)));
      return list;
    }
    return node.isNull() ? null : node.getValue();
  }
}
