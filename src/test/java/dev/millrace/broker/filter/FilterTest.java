package dev.millrace.broker.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.broker.Message;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterTest {
  private static final Message MESSAGE =
      message(
          Map.of(
              "color", "red",
              "size", 12,
              "weight", 1.5,
              "urgent", true,
              "odd name", "x",
              "batchId", "b-1",
              "percent", "100%",
              "like", "keyword",
              "when", Instant.EPOCH));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "color = 'red'",
        "COLOR IS NULL",
        "user.color = 'red' AND sys.Label = 'news'",
        "sys.label = 'news' and sys.CorrelationId='c1' and sys.messageid = 'it''s'",
        "[odd name] = 'x' and \"odd name\" = 'x'",
        "color <> 'blue' AND color != 'green'",
        "size > 11 AND size >= 12 AND size < 13 AND size <= 12",
        "size = 12.0 AND weight = 1.5 AND weight < 2 AND weight > 1e0",
        "size BETWEEN 10 AND 12 AND NOT size BETWEEN 13 AND 20",
        "size NOT BETWEEN 1 AND 11",
        "color IN ('blue', 'red') AND color NOT IN ('blue')",
        "size IN (1, 12)",
        "color LIKE 'r%' AND color LIKE '_ed' AND color NOT LIKE 'e%'",
        "percent LIKE '100!%' ESCAPE '!' AND color NOT LIKE '%!%' ESCAPE '!'",
        "batchId IS NOT NULL AND nothing IS NULL",
        "EXISTS(color) AND NOT EXISTS(nothing) AND EXISTS ( sys.Label )",
        "size + 3 * 2 = 18 AND (size + 3) * 2 = 30 AND size / 5 = 2 AND size % 5 = 2",
        "-size = -12 AND +size = 12 AND size - -1 = 13",
        "'a' + 'b' = 'ab'",
        "urgent AND urgent = TRUE AND NOT urgent = FALSE",
        "nothing = 1 OR color = 'red'",
        "color = 'red' OR color = 'blue' AND color = 'green'",
        "((color = 'red'))",
        "NOT NOT color = 'red'",
        "NOT (color = 'blue' OR size = 1)",
        "(size) = 12",
        "\"like\" = 'keyword' AND [like] LIKE 'key%'",
        "user.size=12",
        "1 = 1"
      })
  void holds(String expression) {
    assertTrue(new Filter.Sql(expression).matches(MESSAGE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "color = 'blue'",
        "color = 'RED'",
        "nothing = 1",
        "NOT nothing = 1",
        "nothing <> 1",
        "nothing IN (1)",
        "nothing NOT IN (1)",
        "color NOT IN ('blue', nothing)",
        "nothing LIKE '%'",
        "nothing NOT LIKE '%'",
        "nothing BETWEEN 1 AND 2",
        "nothing + 1 = 1",
        "color = 12",
        "color <> 12",
        "NOT color < 12",
        "size / 0 = 1",
        "color",
        "nothing = 1 AND color = 'red'",
        "1 = 2"
      })
  void does_not_hold(String expression) {
    assertFalse(new Filter.Sql(expression).matches(MESSAGE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "color = | 8 | a value or a property",
        "color = 'red | 9 | the ' that ends it is missing",
        "[odd = 1 | 1 | the ] that ends it is missing",
        "color 'red' | 7 | a comparison",
        "color = 'red' color | 15 | the end",
        "(color = 'red' | 15 | )",
        "color = @p | 9 | parameters are not supported",
        "sys.Nothing = 1 | 5 | no system property",
        "other.color = 1 | 1 | of sys or user",
        "newid() = 1 | 1 | functions are not supported",
        "color LIKE 5 | 12 | a pattern",
        "color LIKE 'a' ESCAPE 'ab' | 23 | one character",
        "color NOT = 1 | 11 | IN, LIKE or BETWEEN",
        "color ; 1 | 7 | unexpected character",
        "and = 1 | 1 | a property",
        "(1 + ) = 2 | 6 | a value or a property",
        "size IN () | 10 | a value or a property"
      })
  void what_makes_no_sense_is_refused_with_its_place(String expression, int place, String why) {
    var refused = assertThrows(Refused.class, () -> new Filter.Sql(expression));

    assertEquals(Reason.INVALID, refused.reason());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("at character " + place + ":"),
        refused.getMessage());
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
  }

  @Test
  void an_expression_may_be_deep_but_not_endless() {
    assertTrue(new Filter.Sql(nested(90)).matches(MESSAGE));
    assertThrows(Refused.class, () -> new Filter.Sql(nested(10_000)));
  }

  @Test
  void a_correlation_filter_wants_all_that_it_names() {
    assertTrue(correlation("c1", Map.of("color", "red", "size", 12L)).matches(MESSAGE));
    assertFalse(correlation("c2", Map.of()).matches(MESSAGE));
    assertFalse(correlation("c1", Map.of("color", "blue")).matches(MESSAGE));
    assertFalse(correlation("c1", Map.of("nothing", "red")).matches(MESSAGE));
  }

  @Test
  void a_correlation_filter_names_no_value_that_cannot_be_kept() {
    var refused =
        assertThrows(Refused.class, () -> correlation("c1", Map.of("size", BigInteger.TEN)));

    assertEquals(Reason.INVALID, refused.reason());
  }

  private static Filter correlation(String id, Map<String, Object> properties) {
    return new Filter.Correlation(id, null, null, null, null, null, null, null, properties);
  }

  private static String nested(int depth) {
    return "(".repeat(depth) + "1 = 1" + ")".repeat(depth);
  }

  private static Message message(Map<String, Object> properties) {
    return new Message(
        new byte[0],
        new byte[0],
        true,
        4,
        null,
        null,
        "it's",
        null,
        null,
        null,
        "c1",
        null,
        null,
        "news",
        null,
        new HashMap<>(properties));
  }
}
