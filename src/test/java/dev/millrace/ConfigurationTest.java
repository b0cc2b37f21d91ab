package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.ConfigurationReader;
import io.micronaut.context.annotation.Property;
import io.micronaut.core.bind.annotation.Bindable;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is written about the settings, compared with the records that read them. */
class ConfigurationTest {
  /** Settings of which there are any number, each under a name of its own. */
  private static final List<String> NAMED = List.of("millrace.models", "millrace.agents");

  /** Key and default of each setting in the code. */
  private static Map<String, String> inCode() {
    var settings = new TreeMap<String, String>();
    try (var context = ApplicationContext.run()) {
      for (var each :
          context.getBeanDefinitions(
              Object.class, Qualifiers.byStereotype(ConfigurationReader.class))) {
        if (each.getBeanType().getPackageName().startsWith("dev.millrace")) {
          for (var argument : each.getConstructor().getArguments()) {
            var about = argument.getAnnotationMetadata();
            about
                .stringValue(Property.class, "name")
                .filter(
                    key -> key.startsWith("millrace.") && NAMED.stream().noneMatch(key::startsWith))
                .ifPresent(
                    key ->
                        settings.put(
                            key, about.stringValue(Bindable.class, "defaultValue").orElse("")));
          }
        }
      }
    }
    return settings;
  }

  private record Row(String key, String variable, String standard, String meaning) {}

  private static List<Row> written() throws IOException {
    return Files.readAllLines(Path.of("docs", "configuration.md")).stream()
        .filter(line -> line.startsWith("| `millrace."))
        .map(line -> line.split("\\|", -1))
        .map(cells -> Arrays.stream(cells).map(cell -> cell.strip().replace("`", "")).toList())
        .map(cells -> new Row(cells.get(1), cells.get(2), cells.get(3), cells.get(4)))
        .toList();
  }

  @Test
  void every_setting_is_in_the_table_with_its_variable_and_default() throws IOException {
    var rows =
        written().stream()
            .filter(row -> NAMED.stream().noneMatch(row.key()::startsWith))
            .collect(Collectors.toMap(Row::key, Row::standard, (a, b) -> a, TreeMap::new));
    var code = inCode();

    assertThat(rows.keySet()).isEqualTo(code.keySet());
    code.values().removeIf(String::isEmpty); // one that a record finds out by itself, or none
    assertThat(rows).containsAllEntriesOf(code);
  }

  @Test
  void every_row_names_the_variable_of_its_setting_and_says_what_it_means() throws IOException {
    for (Row row : written()) {
      assertThat(row.variable())
          .isEqualTo(row.key().toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"));
      assertThat(row.meaning()).isNotBlank();
    }
  }

  @Test
  void every_setting_is_in_the_sample_and_beside_its_default() throws IOException {
    String sample = Files.readString(Path.of(".env.sample"));
    String file = Files.readString(Path.of("src/main/resources/application.yml"));

    for (String key : inCode().keySet()) {
      String variable = key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
      assertThat(sample.contains("\n" + variable + "=")).as(variable + " in .env.sample").isTrue();
      assertThat(file.contains(variable)).as(variable + " in application.yml").isTrue();
    }
  }
}
