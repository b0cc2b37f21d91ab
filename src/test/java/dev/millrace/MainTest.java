package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void the_demo_says_what_is_not_built_yet() {
    assertThat(run("demo")).isEqualTo(3);
    assertThat(out.toString()).contains("Not built yet:");
  }

  @Test
  void an_unknown_command_is_answered_with_the_nearest_one() {
    assertThat(run("dmo")).isEqualTo(2);
    assertThat(err.toString()).contains("'dmo'", "millrace demo", "./millrace --help");
  }

  @Test
  void no_command_is_answered_with_where_to_look() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("./millrace --help");
  }

  private int run(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
