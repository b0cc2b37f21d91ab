package dev.millrace.model.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Needs;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.ToolSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RehearsalModelTest {
  private static final ToolSpec PYTHON = new ToolSpec("run_python", "Runs Python.", Map.of());

  @TempDir Path folder;

  private final RehearsalModel model = new RehearsalModel();

  @Test
  void it_says_what_it_is() {
    assertThat(model.name()).isEqualTo("rehearsal");
    assertThat(model.sees()).isFalse();
  }

  @Test
  void a_fenced_block_is_run_as_it_stands_and_its_output_told() {
    var asked = Message.user("Please run\n```python\nprint('a')\nprint('b')\n```\nfor me.");

    var call = call(asked);
    assertThat(call.arguments()).containsEntry("code", "print('a')\nprint('b')\n");

    assertThat(after(call, "a\nb\n", asked)).contains("a\nb");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "What is 12 * 7?|12 * 7",
        "compute (3 + 4) × 2 please|(3 + 4) * 2",
        "What's the factorial of 10?|math.factorial(10)",
        "10! is what|math.factorial(10)",
        "the square root of 144|math.sqrt(144)",
        "2 to the power of 10|2 ** 10",
        "1,000,000 divided by 3|1000000 / 3",
        "-3 squared, I guess|-3 ** 2",
        "what is 12% of 50?|12 / 100 * 50",
        "007 plus 1|7 + 1",
        "now the square root of that|math.sqrt(result)",
        "double that number|2 * result",
        "and that minus 3 - thanks|result - 3"
      })
  void arithmetic_is_done_in_python(String sentence, String expression) {
    assertThat(call(Message.user(sentence)).arguments().get("code").toString())
        .contains("\nresult = " + expression + "\nprint(result)\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Why is the sky blue?",
        "I was born in 1970.",
        "I know - that is fine",
        "import os; os.system('x')",
        "((((((((",
        "",
        "```\nno language\n```"
      })
  void to_everything_else_it_says_that_no_model_is_configured(String sentence) {
    var answer = answer(Message.user(sentence));

    assertThat(answer.toolCalls()).isEmpty();
    assertThat(answer.text())
        .contains("No language model is configured")
        .contains("AZURE_OPENAI_ENDPOINT")
        .contains("MILLRACE_MODELS_MINE_KIND=ollama")
        .doesNotContain("MILLRACE_MODEL=");
  }

  @Test
  void a_follow_up_knows_the_result_before_even_if_the_session_does_not() {
    var first = Message.user("factorial of 10");
    var call = call(first);
    var said = Message.assistant(after(call, "3628800\n", first), List.of());
    assertThat(said.text()).isEqualTo("The result is 3628800.");

    var next = call(first, said, Message.user("square root of that number"));

    assertThat(next.arguments().get("code").toString())
        .contains("except NameError:\n    result = 3628800\n")
        .contains("result = math.sqrt(result)");
  }

  @Test
  void what_fails_is_told() {
    var asked = Message.user("1 / 0");

    assertThat(after(call(asked), "error: ZeroDivisionError: division by zero", asked))
        .contains("could not be worked out")
        .contains("ZeroDivisionError");
  }

  @Test
  void a_table_that_is_listed_is_profiled() {
    var asked = Message.user("Look at this, 1 + 1\n\nFiles in /mnt/data: notes.txt, My Sales.CSV");

    var call = call(asked);

    assertThat(call.arguments().get("code").toString())
        .contains("name = \"My Sales.CSV\"")
        .contains("describe(include=\"all\")")
        .contains("isna().sum()")
        .contains("plt.show()");
    assertThat(after(call, "3 rows, 2 columns", asked)).contains("3 rows, 2 columns");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "a;b\\n1,5;2\\n3,5;4\\n|2 rows, 2 columns",
        "a\\tb\\n1\\t2\\n|1 rows, 2 columns",
        "a,b\\n|0 rows, 2 columns",
        "n\\xe4me;wert\\nM\\xfcller;3\\n|1 rows, 2 columns",
        "~~|table.csv cannot be read as a table: No columns to parse from file",
        "\\xff\\xfe\\x00\\x01|table.csv cannot be read as a table: 'utf-8' codec can't decode",
        "a,b\\n1,2,3,4\\n\\n5\\n|"
      })
  void a_table_that_is_none_is_said_to_be_none(String content, @Nullable String said)
      throws IOException, InterruptedException {
    Path python = Path.of(".venv/bin/python");
    Needs.present("the Python of sessions", Files.isExecutable(python), "executor/prepare");
    String code =
        call(Message.user("x\nFiles in /mnt/data: table.csv")).arguments().get("code").toString();
    String write =
        "open('table.csv', 'wb').write(b'%s')\n".formatted(content == null ? "" : content);
    Path program =
        Files.writeString(
            folder.resolve("cell.py"),
            "import matplotlib\nmatplotlib.use('agg')\n"
                + write
                + code.replace("/mnt/data/", folder + "/"));

    var process =
        new ProcessBuilder(python.toAbsolutePath().toString(), "-I", program.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(printed).contains(said == null ? "" : said).doesNotContain("Traceback");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void nothing_in_the_name_of_a_file_gets_out_of_its_text() {
    var asked = Message.user("x\nFiles in /mnt/data: a\"+exit()+\"\\é.csv");

    assertThat(call(asked).arguments().get("code").toString())
        .contains("name = \"a\\u0022+exit()+\\u0022\\u005c\\u00e9.csv\"");
  }

  @Test
  void where_it_may_call_nothing_it_calls_nothing() {
    var prompt = Prompt.of(List.of(Message.user("12 * 7")));

    var reply = (Reply.Answer) model.reply(prompt);

    assertThat(reply.message().toolCalls()).isEmpty();
    assertThat(reply.message().text()).contains("needs Python");
  }

  @Test
  void its_words_come_one_by_one_and_are_the_answer() {
    var heard = new ArrayList<String>();

    var reply = (Reply.Answer) model.reply(Prompt.of(List.of(Message.user("hello"))), heard::add);

    assertThat(heard).hasSizeGreaterThan(10);
    assertThat(String.join("", heard)).isEqualTo(reply.message().text());
  }

  private ToolCall call(Message... messages) {
    return answer(messages).toolCalls().getFirst();
  }

  private String after(ToolCall call, String output, Message asked) {
    var answer =
        answer(asked, Message.assistant("", List.of(call)), Message.tool(call.id(), output));
    assertThat(answer.toolCalls()).isEmpty();
    return answer.text();
  }

  private Message answer(Message... messages) {
    var prompt = new Prompt(List.of(messages), List.of(), List.of(PYTHON), null, null);
    return ((Reply.Answer) model.reply(prompt)).message();
  }
}
