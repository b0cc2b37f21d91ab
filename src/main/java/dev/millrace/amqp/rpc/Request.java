package dev.millrace.amqp.rpc;

import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A request, decoded.
 *
 * @param id goes back as correlation id, in the type it came in
 */
public record Request(
    String operation, @Nullable String replyTo, @Nullable Object id, Map<?, ?> body) {

  String text(String key) {
    return need(String.class, key);
  }

  @Nullable String textOrNull(String key) {
    return body.get(key) == null ? null : text(key);
  }

  long number(String key) {
    return need(Number.class, key).longValue();
  }

  /** A count: negative makes no sense, and more than an int holds is as good as all. */
  int count(String key) {
    long value = number(key);
    if (value < 0) {
      throw wrong(key, "a number that is not negative");
    }
    return (int) Math.min(value, Integer.MAX_VALUE);
  }

  Map<?, ?> map(String key) {
    return need(Map.class, key);
  }

  @Nullable Map<?, ?> mapOrNull(String key) {
    return body.get(key) == null ? null : map(key);
  }

  byte @Nullable [] bytesOrNull(String key) {
    return body.get(key) == null ? null : bytes(need(Binary.class, key));
  }

  /** The elements of a list or array, all of one type. */
  <T> List<T> all(Class<T> type, String key) {
    List<?> elements =
        switch (body.get(key)) {
          case List<?> list -> list;
          case Object[] array -> Arrays.asList(array);
          case long[] array -> Arrays.stream(array).boxed().toList();
          case null, default -> throw wrong(key, "a list");
        };
    var typed = new ArrayList<T>();
    for (var element : elements) {
      if (!type.isInstance(element)) {
        throw wrong(key, "a list of " + type.getSimpleName());
      }
      typed.add(type.cast(element));
    }
    return typed;
  }

  static byte[] bytes(Binary binary) {
    var bytes = new byte[binary.getLength()];
    binary.asByteBuffer().get(bytes);
    return bytes;
  }

  private <T> T need(Class<T> type, String key) {
    var value = body.get(key);
    if (!type.isInstance(value)) {
      throw wrong(key, "a " + type.getSimpleName());
    }
    return type.cast(value);
  }

  private Refused wrong(String key, String wanted) {
    return new Refused(
        Reason.INVALID, "The request %s needs %s under %s.".formatted(operation, wanted, key));
  }
}
