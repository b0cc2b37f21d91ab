package dev.millrace.tool.schema;

import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schema of a record: strings, numbers, booleans, enums, lists and records within. A
 * component that is {@code @Nullable} or an {@link Optional} may be left out; every other is
 * required, and nothing else is allowed.
 */
public final class RecordSchema {
  private RecordSchema() {}

  /**
   * @throws IllegalArgumentException when a component is of a type that JSON has no schema for here
   */
  public static Map<String, Object> of(Class<? extends Record> type) {
    return ofRecord(type);
  }

  private static Map<String, Object> ofRecord(Class<?> type) {
    var properties = new LinkedHashMap<String, Object>();
    var required = new ArrayList<String>();
    for (RecordComponent component : type.getRecordComponents()) {
      Map<String, Object> schema =
          new LinkedHashMap<>(ofType(component.getGenericType(), type, component.getName()));
      Optional.ofNullable(component.getAnnotation(Description.class))
          .ifPresent(description -> schema.put("description", description.value()));
      properties.put(component.getName(), schema);
      if (!optional(component)) {
        required.add(component.getName());
      }
    }
    var schema = new LinkedHashMap<String, Object>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", List.copyOf(required));
    schema.put("additionalProperties", false);
    return schema;
  }

  static boolean optional(RecordComponent component) {
    return component.getType() == Optional.class
        || Stream.of(
                component.getAnnotations(),
                component.getAnnotatedType().getAnnotations(),
                component.getAccessor().getAnnotatedReturnType().getAnnotations())
            .flatMap(Stream::of)
            .map(Annotation::annotationType)
            .anyMatch(annotation -> annotation.getSimpleName().equals("Nullable"));
  }

  private static Map<String, Object> ofType(Type type, Class<?> owner, String name) {
    return switch (type) {
      case Class<?> plain when plain == String.class -> Map.of("type", "string");
      case Class<?> plain when plain == boolean.class || plain == Boolean.class ->
          Map.of("type", "boolean");
      case Class<?> plain when whole(plain) -> Map.of("type", "integer");
      case Class<?> plain when fraction(plain) -> Map.of("type", "number");
      case Class<?> plain when plain.isEnum() -> Map.of("type", "string", "enum", words(plain));
      case Class<?> plain when plain.isRecord() -> ofRecord(plain);
      case ParameterizedType list when list.getRawType() == List.class ->
          Map.of("type", "array", "items", ofType(argument(list), owner, name));
      case ParameterizedType maybe when maybe.getRawType() == Optional.class ->
          ofType(argument(maybe), owner, name);
      default ->
          throw new IllegalArgumentException(
              "%s.%s is a %s; arguments are strings, numbers, booleans, enums, lists and records"
                  .formatted(owner.getSimpleName(), name, type.getTypeName()));
    };
  }

  static Type argument(ParameterizedType type) {
    return type.getActualTypeArguments()[0];
  }

  static boolean whole(Class<?> type) {
    return Stream.of(int.class, Integer.class, long.class, Long.class, BigInteger.class)
        .anyMatch(each -> each == type);
  }

  static boolean fraction(Class<?> type) {
    return Stream.of(double.class, Double.class, float.class, Float.class, BigDecimal.class)
        .anyMatch(each -> each == type);
  }

  private static List<String> words(Class<?> type) {
    return Stream.of(constants(type)).map(RecordSchema::word).toList();
  }

  static Object[] constants(Class<?> type) {
    Object @Nullable [] constants = type.getEnumConstants();
    return constants == null ? new Object[0] : constants;
  }

  /** As it stands in the code, in lower case. */
  static String word(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(java.util.Locale.ROOT);
  }
}
