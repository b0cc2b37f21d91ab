package dev.millrace.broker.filter;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be done with values of properties. What makes no sense is unknown. */
final class Operands {
  private Operands() {}

  static Truth equal(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return Truth.UNKNOWN;
    }
    if (a instanceof Number x && b instanceof Number y) {
      return Truth.of(order(x, y) == 0);
    }
    return a.getClass() == b.getClass() ? Truth.of(a.equals(b)) : Truth.UNKNOWN;
  }

  static Truth less(@Nullable Object a, @Nullable Object b) {
    return switch (a) {
      case Number x when b instanceof Number y -> Truth.of(order(x, y) < 0);
      case String x when b instanceof String y -> Truth.of(x.compareTo(y) < 0);
      case Instant x when b instanceof Instant y -> Truth.of(x.isBefore(y));
      case null, default -> Truth.UNKNOWN;
    };
  }

  static @Nullable Object calculate(char operator, @Nullable Object a, @Nullable Object b) {
    if (operator == '+' && a instanceof String x && b instanceof String y) {
      return x + y;
    }
    if (!(a instanceof Number x) || !(b instanceof Number y)) {
      return null;
    }
    return whole(x) && whole(y)
        ? calculate(operator, x.longValue(), y.longValue())
        : calculate(operator, x.doubleValue(), y.doubleValue());
  }

  /** {@code %} is any text, {@code _} any character. */
  static Pattern like(String pattern, int escape) {
    var regex = new StringBuilder();
    boolean escaped = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (!escaped && c == escape) {
        escaped = true;
        continue;
      }
      if (!escaped && c == '%') {
        regex.append(".*");
      } else if (!escaped && c == '_') {
        regex.append('.');
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
      escaped = false;
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  private static int order(Number a, Number b) {
    if (whole(a) && whole(b)) {
      return Long.compare(a.longValue(), b.longValue());
    }
    if (a instanceof BigDecimal x && b instanceof BigDecimal y) {
      return x.compareTo(y);
    }
    return Double.compare(a.doubleValue(), b.doubleValue());
  }

  private static boolean whole(Number n) {
    return n instanceof Long || n instanceof Integer || n instanceof Short || n instanceof Byte;
  }

  private static @Nullable Object calculate(char operator, long a, long b) {
    return switch (operator) {
      case '+' -> a + b;
      case '-' -> a - b;
      case '*' -> a * b;
      case '/' -> b == 0 ? null : a / b;
      default -> b == 0 ? null : a % b;
    };
  }

  private static Object calculate(char operator, double a, double b) {
    return switch (operator) {
      case '+' -> a + b;
      case '-' -> a - b;
      case '*' -> a * b;
      case '/' -> a / b;
      default -> a % b;
    };
  }
}
