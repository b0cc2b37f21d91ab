package dev.millrace.session.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.session.Execution;
import dev.millrace.session.rest.Answers.Progress;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers as pools may give them, which nobody has promised. */
class AnswersTest {
  @ParameterizedTest
  @CsvSource({"Succeeded", "succeeded", "Success", "0", "''"})
  void success_has_many_words(String status) throws IOException {
    assertThat(ended("{'status': '" + status + "', 'result': {'stdout': ''}}").outcome().error())
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({"Running", "NotStarted", "running"})
  void so_has_waiting(String status) throws IOException {
    assertThat(read("{'Status': '" + status + "', 'Id': 'x'}"))
        .isEqualTo(new Progress.Running("x"));
  }

  @Test
  void an_error_may_be_nested_flat_a_text_or_only_in_stderr() throws IOException {
    assertThat(error("'error': {'error': {'code': 'A', 'message': 'm'}}")).isEqualTo("m");
    assertThat(error("'error': {'code': 'A', 'message': 'm'}")).isEqualTo("m");
    assertThat(error("'error': {'code': 'A'}")).isEqualTo("A");
    assertThat(error("'error': 'm'")).isEqualTo("m");
    assertThat(
            error("'error': null, 'result': {'stderr': 'trace\\nNameError: x\\n', 'stdout': ''}"))
        .isEqualTo("NameError: x");
    assertThat(error("'error': {}")).contains("did not say why");
  }

  @Test
  void the_exit_code_of_a_command_is_its_status() throws IOException {
    assertThat(ended("{'status': '3', 'result': {'stdout': 'x'}}").outcome().error())
        .isEqualTo("ended with exit code 3");
  }

  @Test
  void what_a_container_of_others_answers_can_be_read() throws IOException {
    var outcome =
        ended(
                "{'Properties': {'Status': 'Success', 'StdOut': 'a', 'stderr': 'b',"
                    + " 'executionResult': {'k': [1, true, null, 'x']},"
                    + " 'executionTimeInMilliseconds': 1500}}")
            .outcome();

    assertThat(outcome.stdout()).isEqualTo("a");
    assertThat(outcome.stderr()).isEqualTo("b");
    assertThat(outcome.result()).isEqualTo("{\"k\": [1, true, null, \"x\"]}");
    assertThat(outcome.seconds()).isEqualTo(1.5);
  }

  @Test
  void output_as_long_as_the_limit_was_cut() throws IOException {
    assertThat(ended("{'status': 'Succeeded', 'result': {'stdout': '0123456789'}}").outcome())
        .matches(outcome -> outcome.truncated());
  }

  private static String error(String rest) throws IOException {
    return String.valueOf(ended("{'status': 'Failed', " + rest + "}").outcome().error());
  }

  private static Execution ended(String json) throws IOException {
    return ((Progress.Ended) read(json)).execution();
  }

  private static Progress read(String json) throws IOException {
    return Answers.progress(Json.MAPPER.readValue(json.replace('\'', '"'), JsonNode.class), 10);
  }
}
