package dev.millrace.tool.schema;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a record of arguments that follow its {@link RecordSchema}. */
public final class RecordReader {
  private RecordReader() {}

  /**
   * @throws IllegalArgumentException when the arguments are none of this record; also what its
   *     constructor refuses
   */
  public static <R extends Record> R read(Class<R> type, Map<String, Object> arguments) {
    return type.cast(record(type, arguments));
  }

  private static Object record(Class<?> type, Map<?, ?> arguments) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values =
        Stream.of(components)
            .map(
                each -> value(each.getGenericType(), arguments.get(each.getName()), each.getName()))
            .toArray();
    Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException refused
          ? refused
          : new IllegalArgumentException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the record cannot be made: " + type.getName(), e);
    }
  }

  private static @Nullable Object value(Type type, @Nullable Object value, String name) {
    return switch (type) {
      case ParameterizedType maybe when maybe.getRawType() == Optional.class ->
          Optional.ofNullable(value(RecordSchema.argument(maybe), value, name));
      case Class<?> plain when value == null && plain.isPrimitive() ->
          throw new IllegalArgumentException(name + " is required");
      case Type any when value == null -> null;
      case ParameterizedType list when value instanceof List<?> elements ->
          elements.stream().map(each -> value(RecordSchema.argument(list), each, name)).toList();
      case Class<?> plain when plain.isRecord() && value instanceof Map<?, ?> within ->
          record(plain, within);
      case Class<?> plain when plain.isEnum() ->
          Stream.of(RecordSchema.constants(plain))
              .filter(constant -> RecordSchema.word(constant).equals(value))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException(name + " is none of its words"));
      case Class<?> plain when value instanceof Number number -> number(plain, number, name);
      default -> value;
    };
  }

  private static Object number(Class<?> type, Number value, String name) {
    var exact = new BigDecimal(value.toString());
    try {
      return switch (type.getSimpleName()) {
        case "int", "Integer" -> exact.intValueExact();
        case "long", "Long" -> exact.longValueExact();
        case "BigInteger" -> exact.toBigIntegerExact();
        case "double", "Double" -> exact.doubleValue();
        case "float", "Float" -> exact.floatValue();
        default -> exact;
      };
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(name + " is too large a number: " + value, e);
    }
  }
}
