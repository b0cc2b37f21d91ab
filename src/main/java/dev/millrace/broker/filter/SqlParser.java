package dev.millrace.broker.filter;

import dev.millrace.broker.Message;
import dev.millrace.broker.Refused;
import dev.millrace.broker.filter.SqlTokens.Kind;
import dev.millrace.broker.filter.SqlTokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads a condition: {@code OR} binds loosest, then {@code AND}, {@code NOT}, comparisons. */
final class SqlParser {
  private static final Set<String> KEYWORDS =
      Set.of("and", "or", "not", "in", "like", "escape", "between", "is", "null", "exists");

  /** Deeper than anybody writes, and shallower than the stack. */
  private static final int MAX_DEPTH = 200;

  private final String text;
  private final List<Token> tokens;
  private int next;
  private int depth;

  SqlParser(String text) {
    this.text = text;
    this.tokens = new SqlTokens(text).read();
  }

  Condition parse() {
    Condition condition = or();
    if (!peek().is("")) {
      throw unexpected("the end");
    }
    return condition;
  }

  private Condition or() {
    if (++depth > MAX_DEPTH) {
      throw SqlTokens.fault(text, peek().position(), "it is nested too deeply");
    }
    Condition left = and();
    while (accept("or")) {
      Condition a = left;
      Condition b = and();
      left = message -> a.holds(message).or(b.holds(message));
    }
    depth--;
    return left;
  }

  private Condition and() {
    Condition left = not();
    while (accept("and")) {
      Condition a = left;
      Condition b = not();
      left = message -> a.holds(message).and(b.holds(message));
    }
    return left;
  }

  private Condition not() {
    boolean negated = false;
    while (accept("not")) {
      negated = !negated;
    }
    Condition condition = predicate();
    return negated ? negate(condition) : condition;
  }

  private Condition predicate() {
    if (accept("exists")) {
      expect("(");
      Operand property = property();
      expect(")");
      return message -> Truth.of(property.of(message) != null);
    }
    if (peek().is("(")) {
      // A condition or the beginning of an expression: only what stands behind it tells.
      int start = next;
      int level = depth;
      try {
        expect("(");
        Condition inner = or();
        expect(")");
        if (!endsCondition()) {
          throw unexpected("AND, OR or the end");
        }
        return inner;
      } catch (Refused asCondition) {
        int reached = next;
        next = start;
        depth = level;
        try {
          return comparison();
        } catch (Refused asExpression) {
          throw reached > next ? asCondition : asExpression;
        }
      }
    }
    return comparison();
  }

  private Condition comparison() {
    Operand left = sum();
    if (accept("is")) {
      boolean negated = accept("not");
      expect("null");
      return message -> Truth.of(left.of(message) == null != negated);
    }
    boolean negated = accept("not");
    Condition condition;
    if (accept("in")) {
      condition = in(left);
    } else if (accept("like")) {
      condition = like(left);
    } else if (accept("between")) {
      condition = between(left);
    } else if (negated) {
      throw unexpected("IN, LIKE or BETWEEN");
    } else {
      condition = relation(left);
    }
    return negated ? negate(condition) : condition;
  }

  private Condition relation(Operand a) {
    if (accept("=")) {
      Operand b = sum();
      return message -> Operands.equal(a.of(message), b.of(message));
    }
    if (accept("<>") || accept("!=")) {
      Operand b = sum();
      return message -> Operands.equal(a.of(message), b.of(message)).not();
    }
    if (accept("<")) {
      Operand b = sum();
      return message -> Operands.less(a.of(message), b.of(message));
    }
    if (accept(">")) {
      Operand b = sum();
      return message -> Operands.less(b.of(message), a.of(message));
    }
    if (accept("<=")) {
      Operand b = sum();
      return message -> Operands.less(b.of(message), a.of(message)).not();
    }
    if (accept(">=")) {
      Operand b = sum();
      return message -> Operands.less(a.of(message), b.of(message)).not();
    }
    // A property that is a boolean is a condition by itself.
    if (endsCondition()) {
      return message -> a.of(message) instanceof Boolean b ? Truth.of(b) : Truth.UNKNOWN;
    }
    throw unexpected("a comparison");
  }

  private boolean endsCondition() {
    return peek().is("") || peek().is(")") || peek().is("and") || peek().is("or");
  }

  private Condition in(Operand left) {
    expect("(");
    List<Operand> values = new ArrayList<>();
    do {
      values.add(sum());
    } while (accept(","));
    expect(")");
    return message -> {
      Object value = left.of(message);
      Truth found = Truth.FALSE;
      for (Operand candidate : values) {
        found = found.or(Operands.equal(value, candidate.of(message)));
      }
      return found;
    };
  }

  private Condition like(Operand left) {
    String wanted = string("a pattern in quotes");
    int escape = -1;
    if (accept("escape")) {
      String mark = string("the escape character in quotes");
      if (mark.length() != 1) {
        throw SqlTokens.fault(text, tokens.get(next - 1).position(), "one character is expected");
      }
      escape = mark.charAt(0);
    }
    var pattern = Operands.like(wanted, escape);
    return message ->
        left.of(message) instanceof String value
            ? Truth.of(pattern.matcher(value).matches())
            : Truth.UNKNOWN;
  }

  private Condition between(Operand value) {
    Operand low = sum();
    expect("and");
    Operand high = sum();
    return message -> {
      Object v = value.of(message);
      return Operands.less(v, low.of(message)).not().and(Operands.less(high.of(message), v).not());
    };
  }

  private Operand sum() {
    Operand left = product();
    while (peek().is("+") || peek().is("-")) {
      left = calculation(left, take().text().charAt(0), product());
    }
    return left;
  }

  private Operand product() {
    Operand left = sign();
    while (peek().is("*") || peek().is("/") || peek().is("%")) {
      left = calculation(left, take().text().charAt(0), sign());
    }
    return left;
  }

  private static Operand calculation(Operand a, char operator, Operand b) {
    return message -> Operands.calculate(operator, a.of(message), b.of(message));
  }

  private Operand sign() {
    boolean negative = false;
    while (peek().is("+") || peek().is("-")) {
      negative ^= take().is("-");
    }
    Operand operand = operand();
    return negative ? calculation(message -> 0L, '-', operand) : operand;
  }

  private Operand operand() {
    Token token = peek();
    return switch (token.kind()) {
      case STRING -> constant(take().text());
      case NUMBER -> constant(SqlTokens.number(take().text()));
      case NAME -> property();
      case WORD -> {
        if (accept("true")) {
          yield constant(true);
        }
        yield accept("false") ? constant(false) : property();
      }
      case SYMBOL -> inBrackets();
    };
  }

  private Operand inBrackets() {
    if (!peek().is("(")) {
      throw unexpected("a value or a property");
    }
    if (++depth > MAX_DEPTH) {
      throw SqlTokens.fault(text, peek().position(), "it is nested too deeply");
    }
    next++;
    Operand inner = sum();
    depth--;
    expect(")");
    return inner;
  }

  private static Operand constant(Object value) {
    return message -> value;
  }

  private Operand property() {
    Token scope = name();
    if (!peek().is(".")) {
      if (peek().is("(")) {
        throw SqlTokens.fault(text, scope.position(), "functions are not supported");
      }
      return user(scope.text());
    }
    next++;
    Token name = name();
    if (scope.is("sys")) {
      return system(name);
    }
    if (scope.is("user")) {
      return user(name.text());
    }
    throw SqlTokens.fault(text, scope.position(), "a property is of sys or user");
  }

  private static Operand user(String name) {
    return message -> message.properties().get(name);
  }

  private Operand system(Token name) {
    return switch (name.text().toLowerCase(Locale.ROOT)) {
      case "messageid" -> Message::messageId;
      case "correlationid" -> Message::correlationId;
      case "contenttype" -> Message::contentType;
      case "label", "subject" -> Message::label;
      case "to" -> Message::to;
      case "replyto" -> Message::replyTo;
      case "sessionid" -> Message::sessionId;
      case "replytosessionid" -> Message::replyToSessionId;
      case "partitionkey" -> Message::partitionKey;
      default ->
          throw SqlTokens.fault(
              text,
              name.position(),
              "there is no system property " + name.shown() + " that a filter can read");
    };
  }

  private Token name() {
    Token token = peek();
    boolean keyword =
        token.kind() == Kind.WORD && KEYWORDS.contains(token.text().toLowerCase(Locale.ROOT));
    if (keyword || (token.kind() != Kind.WORD && token.kind() != Kind.NAME)) {
      throw unexpected("a property");
    }
    next++;
    return token;
  }

  private String string(String what) {
    if (peek().kind() != Kind.STRING) {
      throw unexpected(what);
    }
    return take().text();
  }

  private static Condition negate(Condition condition) {
    return message -> condition.holds(message).not();
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    return tokens.get(next++);
  }

  private boolean accept(String what) {
    boolean is = peek().is(what);
    if (is) {
      next++;
    }
    return is;
  }

  private void expect(String what) {
    if (!accept(what)) {
      throw unexpected(what);
    }
  }

  private Refused unexpected(String wanted) {
    Token found = peek();
    return SqlTokens.fault(
        text, found.position(), wanted + " is expected, and " + found.shown() + " is there");
  }
}
