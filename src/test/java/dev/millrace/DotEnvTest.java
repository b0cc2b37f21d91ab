package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DotEnvTest {
  @TempDir Path folder;

  @ConfigurationProperties("dot-env-test.room")
  record Settings(
      @Bindable(defaultValue = "") String accountName,
      @Bindable(defaultValue = "1m") Duration wall) {}

  @Test
  void names_mean_what_they_mean_in_the_environment() throws IOException {
    write("DOT_ENV_TEST_ROOM_ACCOUNT_NAME=mill\nDOT_ENV_TEST_ROOM_WALL=15m\n");

    try (var context = context()) {
      assertThat(context.getBean(Settings.class))
          .isEqualTo(new Settings("mill", Duration.ofMinutes(15)));
    }
  }

  @Test
  void a_value_of_another_kind_is_named_by_its_key() throws IOException {
    write("DOT_ENV_TEST_ROOM_WALL=soon\n");

    assertThatThrownBy(() -> Assembly.start(file()))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("dot-env-test.room.wall")
        .hasMessageContaining("soon")
        .extracting(Throwable::getMessage, STRING)
        .hasLineCount(1);
  }

  @Test
  void the_environment_wins() throws IOException {
    write("PATH=from the file");

    try (var context = context()) {
      assertThat(context.getProperty("path", String.class)).contains(System.getenv("PATH"));
    }
  }

  @Test
  void the_file_wins_over_application_yml() throws IOException {
    write("MICRONAUT_APPLICATION_NAME=from the file");

    try (var context = context()) {
      assertThat(context.getProperty("micronaut.application.name", String.class))
          .contains("from the file");
    }
  }

  @Test
  void no_file_is_an_empty_file() {
    assertThat(DotEnv.read(file())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "A=plain                  | plain",
        "A = spaced out           | spaced out",
        "export A=exported        | exported",
        "A=value # and a comment  | value",
        "A=value#no-comment       | value#no-comment",
        "A='single # $A \\n'      | `single # $A \\n`",
        "A=\"double # \\\"q\\\" \\\\n\" | `double # \"q\" \\n`",
        "A=\"C:\\dir $1\"         | `C:\\dir $1`",
        "A='quoted' # comment     | quoted",
        "A=a=b                    | a=b",
        "A=                       | ``",
        "A= # only a comment      | ``",
      })
  void a_value_is_read_as_written(String line, String value) throws IOException {
    write("# a comment\n\n" + line + "\r\nB=next\r\n");

    assertThat(DotEnv.read(file()).get("A")).isEqualTo(value);
    assertThat(DotEnv.read(file()).get("B")).isEqualTo("next");
  }

  @Test
  void lines_are_broken_by_an_escape_in_double_quotes() throws IOException {
    write("A=\"one\\ntwo\"");

    assertThat(DotEnv.read(file()).get("A")).isEqualTo("one\ntwo");
  }

  @Test
  void a_quoted_value_may_be_long() throws IOException {
    String value = "secret ".repeat(10_000);
    write("A=\"" + value + "\"");

    assertThat(DotEnv.read(file()).get("A")).isEqualTo(value);
  }

  @Test
  void a_byte_order_mark_is_no_part_of_a_name() throws IOException {
    write("\uFEFFA=1");

    assertThat(DotEnv.read(file()).get("A")).isEqualTo("1");
  }

  @Test
  void all_bad_lines_are_reported_at_once_and_no_value_is_shown() throws IOException {
    write("A=1\nsecret-without-name\nB=\"secret\nstorage.account=secret\nC='secret' secret\n");

    assertThatThrownBy(() -> DotEnv.read(file()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("line 2 is", "line 3: the value of B", "line 4 is", "line 5: the")
        .hasMessageNotContaining("secret");
  }

  @Test
  void a_file_in_another_encoding_says_how_to_save_it() throws IOException {
    Files.write(file(), "A=Mühle".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> DotEnv.read(file())).hasMessageContaining("as UTF-8");
  }

  private Path file() {
    return folder.resolve(".env");
  }

  private void write(String text) throws IOException {
    Files.writeString(file(), text);
  }

  private ApplicationContext context() {
    return ApplicationContext.builder().propertySources(DotEnv.read(file())).start();
  }
}
