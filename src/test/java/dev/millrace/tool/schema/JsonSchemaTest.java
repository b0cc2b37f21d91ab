package dev.millrace.tool.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
  private static JsonSchema texts(String pattern) {
    return JsonSchema.of(Map.of("type", "string", "pattern", pattern));
  }

  @ParameterizedTest
  @CsvSource({
    "'^[a-z]+$', abc, true",
    "'^[a-z]+$', abC, false",
    "'^[\\w.]+@[\\w.]+\\.[a-z]{2,}$', anna.b@example.com, true",
    "'^\\d{4}-\\d{2}-\\d{2}$', 2026-11-21, true",
    "'^\\d{4}-\\d{2}-\\d{2}$', 2026-11-2x, false",
    "'b', abc, true"
  })
  void a_pattern_is_matched_as_schemas_mean_it(String pattern, String text, boolean matches) {
    assertThat(texts(pattern).faults(text).isEmpty()).isEqualTo(matches);
  }

  @Test
  void a_pattern_on_a_long_text_has_the_time_that_it_needs() {
    assertThat(texts("^[^,]*(,[^,]*)*$").faults("a,".repeat(500))).isEmpty();
    assertThat(texts("needle").faults("hay ".repeat(100_000))).hasSize(1);
  }

  /** Anybody may write one into a request, and it would keep a worker busy for years. */
  @Timeout(20)
  @ParameterizedTest
  @ValueSource(strings = {"^(.*a){30}$", "^(a+)+\\1b$", "^(.*)(.*)(.*)(.*)(.*)(.*)x$"})
  void a_pattern_that_would_never_come_to_an_end_is_a_finding(String pattern) {
    var findings = texts(pattern).faults("a".repeat(60) + "!");

    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst().problem()).contains("takes too long", pattern.substring(1, 4));
  }

  /** Java goes one call deeper with each of these characters. */
  @Test
  void a_text_that_is_too_long_for_its_pattern_is_a_finding() {
    assertThat(texts("^(a|b)*c$").faults("a".repeat(1 << 20))).hasSize(1);
  }

  @Timeout(20)
  @Test
  void the_names_of_properties_are_matched_as_carefully() {
    var schema = JsonSchema.of(Map.of("patternProperties", Map.of("^(.*a){30}$", Map.of())));

    assertThat(schema.faults(Map.of("a".repeat(60) + "!", 1))).hasSize(1);
    assertThat(schema.faults(List.of())).isEmpty();
  }
}
