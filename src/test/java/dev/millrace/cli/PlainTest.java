package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b[31ma\u001b[0mb",
        "\u001b]8;;http://evil.example\u001b\\ab",
        "\u001b]52;c;ZXZpbA==\u0007ab",
        "\u001b]0;a title\u009cab",
        "\u001bPq#0\u001b\\ab",
        "\u009b2Jab",
        "\u009d0;title\u0007ab",
        "a\u0008\u0007b",
        "a\u202eb\u202c",
        "\u2066a\u2069\u200bb\ufeff",
        "a\ud83db",
        "\u001bca\u001b(Bb",
        "a\u001b",
      })
  void what_a_terminal_would_obey_is_left_out_and_the_words_stay(String foreign) {
    assertThat(Plain.text(foreign)).isEqualTo(foreign.endsWith("a\u001b") ? "a" : "ab");
  }

  @Test
  void lines_stay_lines_however_they_end() {
    assertThat(Plain.text("a\r\nb\rc\nd\u2028e\tf")).isEqualTo("a\nb\nc\nd\ne\tf");
    assertThat(Plain.line(" a\nb\tc ")).isEqualTo("a b c");
  }

  @Test
  void scripts_and_pictures_stay_as_they_are() {
    String text = "naïve 日本 नमस्ते e\u0301 👩\u200d🔬";

    assertThat(Plain.text(text)).isEqualTo(text);
  }

  @Test
  void a_tower_of_marks_is_cut() {
    assertThat(Plain.text("a" + "\u0301".repeat(1_000_000) + "b"))
        .isEqualTo("a" + "\u0301".repeat(8) + "b");
  }
}
