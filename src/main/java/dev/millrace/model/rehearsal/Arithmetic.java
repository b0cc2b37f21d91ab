package dev.millrace.model.rehearsal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the arithmetic in a sentence and writes it in Python. Nothing but numbers, operators,
 * parentheses, {@code math.sqrt}, {@code math.factorial} and {@code result} comes out of it.
 */
final class Arithmetic {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<number>\\d+(?:\\.\\d+)?)|(?<word>[\\p{L}']+)|(?<operator>\\*\\*|[-+*/^%()!×÷·−])|(?<other>\\S)");
  private static final Pattern ATOM = Pattern.compile("[-(]*(result|[0-9.]+)\\)*");
  private static final int LONGEST = 500;

  private final List<String> tokens;
  private int at;

  private Arithmetic(List<String> tokens) {
    this.tokens = tokens;
  }

  /** The longest there is, if there is any; a number alone is none. */
  static Optional<String> in(String sentence) {
    List<String> tokens = tokens(sentence);
    String best = "";
    int length = 1;
    for (int start = 0; start < tokens.size(); start++) {
      var reading = new Arithmetic(tokens.subList(start, tokens.size()));
      try {
        String found = reading.sum();
        if (reading.at > length && !ATOM.matcher(found).matches()) {
          best = found;
          length = reading.at;
        }
      } catch (NoArithmetic e) {
        // It begins further on, or not at all.
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  private static List<String> tokens(String sentence) {
    String plain =
        sentence
            .toLowerCase(Locale.ROOT)
            .replaceAll("(?<=\\d),(?=\\d{3}\\b)", "")
            .replaceAll("(?<=\\d) ?(%|percent) of\\b", " / 100 * ")
            .replaceAll("square root of|square root|\\broot of", " sqrt ")
            .replaceAll("factorial of", " factorial ")
            .replaceAll("(raised )?to the power of", " ^ ")
            .replaceAll("divided by|\\bover\\b", " / ")
            .replaceAll("multiplied by|\\btimes\\b", " * ")
            .replaceAll("\\bplus\\b", " + ")
            .replaceAll("\\bminus\\b", " - ")
            .replaceAll("\\bsquared\\b", " ^ 2 ")
            .replaceAll("\\bcubed\\b", " ^ 3 ")
            .replaceAll("\\bhalf (of )?", " 0.5 * ")
            .replaceAll("\\b(double|twice)( of)?\\b", " 2 * ")
            .replaceAll(
                "\\b(that|this) (number|result|value)\\b|\\bthe (last )?result\\b", " that ");
    var tokens = new ArrayList<String>();
    Matcher matcher = TOKEN.matcher(plain);
    while (matcher.find() && tokens.size() < LONGEST) {
      tokens.add(matcher.group());
    }
    return tokens;
  }

  private String sum() throws NoArithmetic {
    var sum = new StringBuilder(product());
    while (peek("+") || peek("-") || peek("−")) {
      sum.append(next().equals("+") ? " + " : " - ");
      int before = at;
      try {
        sum.append(product());
      } catch (NoArithmetic e) {
        return withoutEnd(sum, before);
      }
    }
    return sum.toString();
  }

  /** A sentence may go on with a dash. */
  private String withoutEnd(StringBuilder text, int before) {
    at = before - 1;
    return text.substring(0, text.length() - 3);
  }

  private String product() throws NoArithmetic {
    var product = new StringBuilder(power());
    while (peek("*") || peek("×") || peek("·") || peek("/") || peek("÷") || peek("%")) {
      String operator =
          switch (next()) {
            case "/", "÷" -> " / ";
            case "%" -> " % ";
            default -> " * ";
          };
      product.append(operator);
      int before = at;
      try {
        product.append(power());
      } catch (NoArithmetic e) {
        return withoutEnd(product, before);
      }
    }
    return product.toString();
  }

  private String power() throws NoArithmetic {
    String base = signed();
    if (peek("^") || peek("**")) {
      next();
      return base + " ** " + power();
    }
    return base;
  }

  private String signed() throws NoArithmetic {
    if (peek("-") || peek("−")) {
      next();
      return "-" + signed();
    }
    String value = value();
    while (peek("!")) {
      next();
      value = "math.factorial(" + value + ")";
    }
    return value;
  }

  private String value() throws NoArithmetic {
    if (at == tokens.size()) {
      throw new NoArithmetic();
    }
    String token = next();
    return switch (token) {
      case "(" -> {
        String inner = sum();
        if (!peek(")")) {
          throw new NoArithmetic();
        }
        next();
        yield "(" + inner + ")";
      }
      case "sqrt", "factorial" -> "math." + token + "(" + signed() + ")";
      case "that" -> "result";
      default -> {
        if (!Character.isDigit(token.charAt(0))) {
          throw new NoArithmetic();
        }
        yield token.replaceFirst("^0+(?=\\d)", ""); // which Python does not take
      }
    };
  }

  private boolean peek(String token) {
    return at < tokens.size() && tokens.get(at).equals(token);
  }

  private String next() {
    return tokens.get(at++);
  }

  private static final class NoArithmetic extends Exception {
    private static final long serialVersionUID = 1;
  }
}
