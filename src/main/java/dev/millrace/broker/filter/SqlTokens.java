package dev.millrace.broker.filter;

import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts a condition into its words. */
final class SqlTokens {
  /** The last one is an empty symbol. */
  record Token(Kind kind, String text, int position) {
    boolean is(String what) {
      return switch (kind) {
        case WORD, SYMBOL -> text.equalsIgnoreCase(what);
        case NAME, STRING, NUMBER -> false;
      };
    }

    String shown() {
      return kind == Kind.SYMBOL && text.isEmpty() ? "the end" : "\"" + text + "\"";
    }
  }

  enum Kind {
    /** A name that may be a keyword. */
    WORD,
    /** A name in brackets or double quotes. */
    NAME,
    STRING,
    NUMBER,
    SYMBOL
  }

  private static final List<String> SYMBOLS =
      List.of("<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/", "%");

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  SqlTokens(String text) {
    this.text = text;
  }

  List<Token> read() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '\'') {
        quoted(Kind.STRING, '\'');
      } else if (c == '"') {
        quoted(Kind.NAME, '"');
      } else if (c == '[') {
        quoted(Kind.NAME, ']');
      } else if (isDigit(at) || (c == '.' && isDigit(at + 1))) {
        number();
      } else if (Character.isLetter(c) || c == '_') {
        word();
      } else {
        symbol();
      }
    }
    tokens.add(new Token(Kind.SYMBOL, "", text.length()));
    return tokens;
  }

  static Refused fault(String text, int position, String what) {
    return new Refused(
        Reason.INVALID,
        "The SQL expression \""
            + text
            + "\" cannot be understood at character "
            + (position + 1)
            + ": "
            + what
            + ".");
  }

  /** A doubled end mark stands for itself. */
  private void quoted(Kind kind, char end) {
    int start = at++;
    var value = new StringBuilder();
    while (true) {
      if (at == text.length()) {
        throw fault(text, start, "the " + end + " that ends it is missing");
      }
      char c = text.charAt(at++);
      if (c != end) {
        value.append(c);
      } else if (at < text.length() && text.charAt(at) == end) {
        value.append(c);
        at++;
      } else {
        break;
      }
    }
    tokens.add(new Token(kind, value.toString(), start));
  }

  private void number() {
    int start = at;
    while (isDigit(at)) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      while (isDigit(at)) {
        at++;
      }
    }
    if (at < text.length() && (text.charAt(at) | 32) == 'e') {
      int sign = at + 1 < text.length() && "+-".indexOf(text.charAt(at + 1)) >= 0 ? 1 : 0;
      if (isDigit(at + 1 + sign)) {
        at += 1 + sign;
        while (isDigit(at)) {
          at++;
        }
      }
    }
    tokens.add(new Token(Kind.NUMBER, text.substring(start, at), start));
  }

  private void word() {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || "_$#".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    tokens.add(new Token(Kind.WORD, text.substring(start, at), start));
  }

  private void symbol() {
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, at)) {
        tokens.add(new Token(Kind.SYMBOL, symbol, at));
        at += symbol.length();
        return;
      }
    }
    String what = text.charAt(at) == '@' ? "parameters are not supported" : "unexpected character";
    throw fault(text, at, what + " '" + text.charAt(at) + "'");
  }

  private boolean isDigit(int position) {
    return position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9';
  }

  static Object number(String digits) {
    boolean whole = digits.chars().allMatch(Character::isDigit);
    if (whole && new BigDecimal(digits).compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
      return Long.parseLong(digits);
    }
    return Double.parseDouble(digits.toLowerCase(Locale.ROOT));
  }
}
