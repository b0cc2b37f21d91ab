package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {
  private static final String MILL = "ab🎡cd";

  @Test
  void what_is_short_enough_stays_as_it_is() {
    assertThat(Excerpt.of(MILL, 6)).isEqualTo(MILL);
    assertThat(Excerpt.of("", 0)).isEmpty();
    assertThat(Excerpt.beginning(MILL, 9)).isEqualTo(MILL);
    assertThat(Excerpt.end(MILL, 9)).isEqualTo(MILL);
  }

  @Test
  void a_character_of_two_units_is_never_halved() {
    assertThat(Excerpt.of(MILL, 3)).isEqualTo("ab…");
    assertThat(Excerpt.of(MILL, 4)).isEqualTo("ab🎡…");
    assertThat(Excerpt.beginning(MILL, 3)).isEqualTo("ab");
    assertThat(Excerpt.end(MILL, 3)).isEqualTo("cd");
    assertThat(Excerpt.end(MILL, 4)).isEqualTo("🎡cd");
    assertThat(Excerpt.end(MILL, 0)).isEmpty();
  }
}
