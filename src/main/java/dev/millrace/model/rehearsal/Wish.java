package dev.millrace.model.rehearsal;

import dev.millrace.job.Message;
import dev.millrace.job.Message.Role;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What somebody wants, as far as rules can tell. */
sealed interface Wish {
  Pattern FENCED = Pattern.compile("```(?:python|py)[ \\t]*\\R(.*?)```", Pattern.DOTALL);
  Pattern FILES = Pattern.compile("(?m)^Files in /mnt/data: (.+)$");
  Pattern NUMBER = Pattern.compile("-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?");

  /** What the last of these messages asks for. */
  static Wish of(List<Message> messages) {
    String text = messages.getLast().text();
    Matcher fenced = FENCED.matcher(text);
    if (fenced.find()) {
      return new Program(fenced.group(1));
    }
    Optional<String> csv = csv(text);
    if (csv.isPresent()) {
      return new Profile(csv.get());
    }
    return Arithmetic.in(text)
        .<Wish>map(expression -> new Sum(expression, lastNumber(messages)))
        .orElseGet(Unknown::new);
  }

  private static Optional<String> csv(String text) {
    return FILES
        .matcher(text)
        .results()
        .flatMap(line -> List.of(line.group(1).split(", ", -1)).stream())
        .map(String::strip)
        .filter(name -> name.toLowerCase(Locale.ROOT).endsWith(".csv"))
        .findFirst();
  }

  private static String lastNumber(List<Message> messages) {
    return messages.stream()
        .filter(message -> message.role() == Role.ASSISTANT)
        .flatMap(message -> NUMBER.matcher(message.text()).results())
        .map(MatchResult::group)
        .reduce("0", (earlier, later) -> later);
  }

  /** The Python that does it. */
  String code();

  /** What is said before it is done. */
  String announced();

  /** What is said when it is done. */
  default String report(String output) {
    return output;
  }

  /** Code that was written in the message. */
  record Program(String code) implements Wish {
    @Override
    public String announced() {
      return "I run the code.";
    }

    @Override
    public String report(String output) {
      return "The code has run. Its output:\n\n" + output;
    }
  }

  /**
   * A number to be worked out.
   *
   * @param expression in Python, where {@code result} is what was worked out before
   * @param before the last number of the conversation, in case the session has lost it
   */
  record Sum(String expression, String before) implements Wish {
    @Override
    public String code() {
      return """
      import math
      try:
          result
      except NameError:
          result = %s
      result = %s
      print(result)
      """
          .formatted(before, expression);
    }

    @Override
    public String announced() {
      return "I work it out with Python.";
    }

    @Override
    public String report(String output) {
      String first = output.strip().lines().findFirst().orElse("");
      return NUMBER.matcher(first).matches()
          ? "The result is " + first + "."
          : "That could not be worked out:\n\n" + output;
    }
  }

  /** A first look at a table. */
  record Profile(String file) implements Wish {
    @Override
    public String code() {
      return """
      import pandas as pd
      import matplotlib.pyplot as plt

      name = %s
      path = "/mnt/data/" + name
      with open(path, encoding="utf-8-sig", errors="replace") as file:
          head = file.readline(100_000)
      sep = max(",;\\t|", key=head.count)
      try:
          try:
              data = pd.read_csv(path, sep=sep)
          except UnicodeDecodeError:
              if "\\0" in head:
                  raise
              # as spreadsheets of western Europe save it
              data = pd.read_csv(path, sep=sep, encoding="cp1252")
      except ValueError as fault:
          data = pd.DataFrame()
          print(f"{name} cannot be read as a table: {fault}")
      else:
          print(f"{len(data)} rows, {len(data.columns)} columns")
      if len(data.columns):
          print()
          print(data.describe(include="all").to_string())
          print()
          print("Missing values:")
          print(data.isna().sum().to_string())

      numbers = data.select_dtypes("number")
      if len(data):
          if numbers.shape[1]:
              numbers.hist(figsize=(8, 6))
          else:
              data.iloc[:, 0].value_counts().head(20).plot.bar()
          plt.suptitle(name)
          plt.tight_layout()
          plt.show()
      """
          .formatted(literal(file));
    }

    @Override
    public String announced() {
      return "I take a first look at " + file + ".";
    }

    @Override
    public String report(String output) {
      return "A first look at %s:\n\n%s".formatted(file, output);
    }

    /** Nothing in a name can end the text that it stands in. */
    private static String literal(String text) {
      var literal = new StringBuilder("\"");
      text.chars()
          .forEach(
              c -> {
                boolean plain = c >= ' ' && c < 127 && c != '"' && c != '\\';
                literal.append(plain ? String.valueOf((char) c) : "\\u%04x".formatted(c));
              });
      return literal.append('"').toString();
    }
  }

  /** No rule knows. */
  record Unknown() implements Wish {
    @Override
    public String code() {
      return "";
    }

    @Override
    public String announced() {
      return "";
    }
  }
}
