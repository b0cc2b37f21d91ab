package dev.millrace.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {

  static List<String> nastyTexts() {
    List<String> texts =
        new ArrayList<>(
            List.of(
                "",
                ".",
                "..",
                "...",
                "a.",
                ".a",
                "/",
                "a/b",
                "a//b",
                "../../etc/passwd",
                "\\",
                "..\\x",
                "C:x",
                "a%2f..",
                "%",
                "%%",
                "%25",
                "%41",
                "A",
                "a",
                "aB",
                "ab",
                "\0",
                "a\0",
                "\r\n",
                "a\r\nX: y",
                "\u202egpj.exe",
                "ä",
                "a\u0308",
                "日本",
                "\ud83d\ude00",
                "\ud800",
                "\udc00",
                "?",
                "\ufffd",
                "con",
                "-rf",
                " ",
                "  ",
                "a ",
                "~",
                "a~b",
                "+",
                "log+",
                "=",
                "*",
                "\u200b",
                "\ufeff",
                "x".repeat(200),
                "x".repeat(201),
                "X".repeat(4000),
                "X".repeat(4001),
                "ä".repeat(66),
                "ä".repeat(67)));
    texts.add(Names.segment("X".repeat(4000)));
    texts.add(Names.segment("A"));
    return List.copyOf(new LinkedHashSet<>(texts));
  }

  @ParameterizedTest
  @CsvSource({
    "plain-text_1.csv, plain-text_1.csv",
    "'', %",
    "., %2e",
    ".., .%2e",
    "a., a%2e",
    "a/b, a%2fb",
    "Anna, %41nna",
    "ä, %c3%a4",
    "~, %7e",
  })
  void a_segment_stays_readable_where_it_can(String text, String segment) {
    assertThat(Names.segment(text)).isEqualTo(segment);
  }

  @Test
  void every_text_has_a_segment_of_its_own() {
    Map<String, String> seen = new HashMap<>();
    var random = new Random(42);
    List<String> texts = new ArrayList<>(nastyTexts());
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(6); length >= 0; length--) {
        text.append((char) (random.nextInt(10) < 8 ? random.nextInt(128) : random.nextInt(65536)));
      }
      texts.add(text.toString());
    }
    for (String text : texts) {
      String segment = Names.segment(text);

      assertThat(Names.check("a/" + segment)).endsWith(segment);
      assertThat(segment).isEqualTo(segment.toLowerCase(Locale.ROOT)).hasSizeLessThanOrEqualTo(200);
      String other = seen.putIfAbsent(segment, text);
      assertThat(other == null || other.equals(text)).as("%s", segment).isTrue();
    }
  }

  @Test
  void a_refusal_says_which_rule_was_broken() {
    assertThatThrownBy(() -> Names.check("")).hasMessage("a name must not be empty");
    assertThatThrownBy(() -> Names.check("a/../b"))
        .hasMessage("a segment must not end with a dot: a/../b");
    assertThatThrownBy(() -> Names.check("a//b")).hasMessageContaining("no //: a//b");
    assertThatThrownBy(() -> Names.check("a\nb")).hasMessageContaining("not U+000A: a?b");
    assertThatThrownBy(() -> Names.check("a".repeat(251)))
        .hasMessageContaining("at most 250 characters long, not 251: aaa");
    assertThatThrownBy(() -> Names.check("a/".repeat(1000)))
        .hasMessageContaining("at most 1000 characters long, not 2000");
  }
}
