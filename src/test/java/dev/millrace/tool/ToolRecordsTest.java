package dev.millrace.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.tool.schema.Description;
import dev.millrace.tool.schema.JsonSchema;
import dev.millrace.tool.schema.RecordReader;
import dev.millrace.tool.schema.RecordSchema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From a record to a schema, from arguments to the record. */
class ToolRecordsTest {
  enum Unit {
    DAY,
    MONTH
  }

  record Window(int from, @Nullable Integer to) {}

  record Everything(
      @Description("What it is called.") String name,
      double factor,
      boolean deep,
      Unit unit,
      List<Window> windows,
      Optional<String> note,
      @Nullable Long most) {}

  record Dated(java.time.Instant when) {}

  @Test
  void a_schema_says_what_each_component_is_and_which_may_be_left_out() {
    var schema = RecordSchema.of(Everything.class);

    assertThat(schema.get("required"))
        .isEqualTo(List.of("name", "factor", "deep", "unit", "windows"));
    assertThat(schema.get("additionalProperties")).isEqualTo(false);
    assertThat((Map<String, Object>) schema.get("properties"))
        .containsEntry("name", Map.of("type", "string", "description", "What it is called."))
        .containsEntry("unit", Map.of("type", "string", "enum", List.of("day", "month")))
        .containsEntry("note", Map.of("type", "string"))
        .containsEntry("most", Map.of("type", "integer"));
  }

  @Test
  void arguments_that_follow_the_schema_fill_the_record() {
    Map<String, Object> arguments =
        Map.of(
            "name",
            "a",
            "factor",
            2,
            "deep",
            true,
            "unit",
            "month",
            "windows",
            List.of(Map.of("from", 1), Map.of("from", 2, "to", 3)),
            "most",
            7);

    assertThat(JsonSchema.of(RecordSchema.of(Everything.class)).faults(arguments)).isEmpty();
    assertThat(RecordReader.read(Everything.class, arguments))
        .isEqualTo(
            new Everything(
                "a",
                2.0,
                true,
                Unit.MONTH,
                List.of(new Window(1, null), new Window(2, 3)),
                Optional.empty(),
                7L));
  }

  @Test
  void every_fault_is_found_with_its_place() {
    var schema = JsonSchema.of(RecordSchema.of(Everything.class));

    var faults =
        schema.faults(Map.of("name", 1, "unit", "year", "windows", List.of(Map.of()), "x", 1));

    assertThat(faults).extracting("at").contains("/name", "/unit", "/windows/0", "");
  }

  @Test
  void a_component_without_a_schema_is_named() {
    assertThatThrownBy(() -> RecordSchema.of(Dated.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Dated.when");
  }

  @Test
  void a_schema_is_never_fetched_from_anywhere() {
    assertThatThrownBy(() -> JsonSchema.of(Map.of("$ref", "http://127.0.0.1:1/schema.json")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> JsonSchema.of(Map.of("$ref", "file:///etc/passwd")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void text_is_checked_with_or_without_fences_and_whatever_it_is() {
    var schema = JsonSchema.of(Map.of("type", "object"));

    assertThat(schema.check("```json\n{\"a\": 1}\n```").value()).isEqualTo(Map.of("a", 1));
    for (String bad :
        List.of("", "Sorry.", "{} {}", "[1]", "{\"a\":1,\"a\":2}", "[".repeat(100_000))) {
      assertThat(schema.check(bad).findings())
          .as(bad.substring(0, Math.min(9, bad.length())))
          .isNotEmpty();
    }
  }
}
