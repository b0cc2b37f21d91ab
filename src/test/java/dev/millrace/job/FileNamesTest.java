package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileNamesTest {
  @ParameterizedTest
  @CsvSource({
    "sales.csv, sales.csv",
    "../../x, x",
    "/etc/x, etc-x",
    "..\\x, x",
    "C:x, C-x",
    "a%2f.., a-2f",
    "con, _con",
    "NUL.txt, _NUL.txt",
    "-rf, rf",
    "., file",
    "übersicht 1.csv, übersicht 1.csv",
    "'', file"
  })
  void a_name_becomes_one_safe_segment(String wanted, String safe) {
    assertThat(FileNames.safe(wanted)).isEqualTo(safe);
  }

  @Test
  void what_cannot_be_seen_is_shown_as_a_line() {
    assertThat(FileNames.safe("a\r\nb\u202Egnp.exe\u0000")).isEqualTo("a__b_gnp.exe_");
  }

  @Test
  void a_long_name_keeps_its_suffix() {
    assertThat(FileNames.safe("x".repeat(4_000) + ".csv")).hasSize(120).endsWith("x.csv");
  }

  @Test
  void no_two_names_are_alike_in_any_case_and_numbers_go_on() {
    var names = FileNames.besides(List.of("figure-1.png"));

    assertThat(names.next("figure-1.png")).isEqualTo("figure-2.png");
    assertThat(names.next("figure-1.png")).isEqualTo("figure-3.png");
    assertThat(names.next("Out.csv")).isEqualTo("Out.csv");
    assertThat(names.next("out.csv")).isEqualTo("out-2.csv");
  }
}
