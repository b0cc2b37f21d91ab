package dev.millrace;

import io.micronaut.context.env.EnvironmentPropertySource;
import io.micronaut.context.env.MapPropertySource;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The file {@code .env}: one {@code NAME=value} a line, as environment variables would be. Its
 * names mean what they mean in the environment, and the environment wins.
 *
 * <p>A value may stand in quotes; in double quotes {@code \n \t \" \\} are replaced, in single
 * quotes nothing is. Without quotes a value ends before {@code " #"}. A line may begin with {@code
 * export}. Nothing is expanded and no value goes over several lines.
 */
final class DotEnv extends MapPropertySource {
  static final int ORDER = EnvironmentPropertySource.POSITION - 1;

  private static final Pattern LINE =
      Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)");
  private static final Pattern QUOTED =
      Pattern.compile("(?:\"((?:[^\"\\\\]++|\\\\.)*+)\"|'([^']*)')\\s*(?:#.*)?");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");
  private static final Pattern COMMENT = Pattern.compile("(?:^|\\s+)#.*");

  private DotEnv(Path file, Map<String, Object> values) {
    super(file.toString(), values);
  }

  /**
   * Reads the file; one that does not exist has no values.
   *
   * @throws IllegalArgumentException naming every line that cannot be understood, with no value
   */
  static DotEnv read(Path file) {
    return new DotEnv(file, values(file));
  }

  @Override
  public int getOrder() {
    return ORDER;
  }

  @Override
  public PropertyConvention getConvention() {
    return PropertyConvention.ENVIRONMENT_VARIABLE;
  }

  private static Map<String, Object> values(Path file) {
    var values = new LinkedHashMap<String, Object>();
    var problems = new ArrayList<String>();
    int number = 0;
    for (var raw : lines(file)) {
      number++;
      var line = raw.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      var parts = LINE.matcher(line);
      if (!parts.matches()) {
        problems.add(
            "line %d is not NAME=value, with a name of letters, digits and _".formatted(number));
        continue;
      }
      var value = parts.group(2);
      var quoted = QUOTED.matcher(value);
      if (quoted.matches()) {
        var plain = quoted.group(2);
        values.put(parts.group(1), plain != null ? plain : unescape(quoted.group(1)));
      } else if (value.startsWith("\"") || value.startsWith("'")) {
        problems.add(
            "line %d: the value of %s must end with the quote it begins with, on the same line"
                .formatted(number, parts.group(1)));
      } else {
        values.put(parts.group(1), COMMENT.matcher(value).replaceFirst(""));
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          problems.stream()
              .collect(Collectors.joining("\n  ", "Mend " + file + ", then start again:\n  ", "")));
    }
    return values;
  }

  private static List<String> lines(Path file) {
    if (Files.notExists(file)) {
      return List.of();
    }
    try {
      var text = Files.readString(file);
      return (text.startsWith("\uFEFF") ? text.substring(1) : text).lines().toList();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("Save " + file + " as UTF-8, then start again.", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " is there but cannot be read: " + e, e);
    }
  }

  private static String unescape(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            found ->
                switch (found.group(1)) {
                  case "n" -> "\n";
                  case "t" -> "\t";
                  case "\"" -> "\"";
                  case "\\" -> "\\\\";
                  default -> "\\\\" + Matcher.quoteReplacement(found.group(1));
                });
  }
}
