package dev.millrace.model.claude;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Eventually;
import dev.millrace.Json;
import dev.millrace.job.Message;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.Words;
import dev.millrace.model.waiting.Busy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a program of a few lines of shell in its place. */
class ClaudeModelTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String ANSWER =
      """
      cat > input; echo "$@" >> arguments
      echo '{"type":"result","is_error":false,"result":"Four.","session_id":"s-1",
      "usage":{"input_tokens":2,"cache_read_input_tokens":10,"output_tokens":3}}'
      """;

  @TempDir Path folder;

  @Test
  void the_answer_comes_with_its_cost_and_the_session_to_go_on_with() throws Exception {
    var reply = answer(model(ANSWER).make(prompt(null, Message.user("2+2?")), Words.UNHEARD));

    assertThat(reply.message()).isEqualTo(Message.assistant("Four.", List.of()));
    assertThat(reply.usage()).isEqualTo(new Usage(12, 3));
    assertThat(reply.modelState()).isEqualTo(Map.of("session", "s-1"));
    assertThat(written("arguments")).isEqualTo("-p --output-format json --tools  --model opus\n");
  }

  @Test
  void the_prompt_goes_in_by_standard_input_and_no_secret_of_ours_is_seen() throws Exception {
    model("env > environment\n" + ANSWER)
        .make(prompt(null, Message.system("Be brief."), Message.user("2+2?")), Words.UNHEARD);

    assertThat(written("input")).isEqualTo("Be brief.\n\n2+2?");
    assertThat(written("environment")).doesNotContain("MILLRACE_").doesNotContain("AZURE_");
  }

  @Test
  void a_known_conversation_is_resumed_with_what_is_new() throws Exception {
    model(ANSWER)
        .make(
            prompt(
                Map.of("session", "s-0"),
                Message.system("Be brief."),
                Message.user("2+2?"),
                Message.assistant("Four.", List.of()),
                Message.user("and 3+3?")),
            Words.UNHEARD);

    assertThat(written("arguments")).contains("--resume s-0");
    assertThat(written("input")).isEqualTo("and 3+3?");
  }

  @Test
  void a_conversation_that_it_does_not_know_begins_anew_with_the_history() throws Exception {
    var reply =
        answer(
            model(
                    """
                    case "$*" in *--resume*)
                      echo "No conversation found with session ID: s-0" >&2; exit 1;;
                    esac
                    """
                        + ANSWER)
                .make(
                    prompt(
                        Map.of("session", "s-0"),
                        Message.system("Be brief."),
                        Message.user("2+2?"),
                        Message.assistant("Four.", List.of()),
                        Message.user("and 3+3?")),
                    Words.UNHEARD));

    assertThat(reply.modelState()).isEqualTo(Map.of("session", "s-1"));
    assertThat(written("arguments")).doesNotContain("--resume");
    assertThat(written("input")).startsWith("Be brief.").contains("2+2?", "Four.", "and 3+3?");
  }

  @Test
  void what_is_no_json_is_the_answer_as_it_is() throws Exception {
    var reply = answer(model("echo Four.").make(prompt(null, Message.user("?")), Words.UNHEARD));

    assertThat(reply.message().text()).isEqualTo("Four.");
    assertThat(reply.modelState()).isNull();
  }

  @Test
  void a_failure_is_told_in_its_own_words_without_what_looks_like_a_key() throws Exception {
    var model = model("echo 'Invalid API key sk-ant-geheim. Run /login' >&2; exit 3");

    assertThatThrownBy(() -> model.make(prompt(null, Message.user("?")), Words.UNHEARD))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("exit code 3")
        .hasMessageContaining("Run /login")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void an_error_in_json_is_an_error() throws Exception {
    var busy = model("echo '{\"is_error\":true,\"result\":\"API Error: 529 Overloaded\"}'");
    assertThatThrownBy(() -> busy.make(prompt(null, Message.user("?")), Words.UNHEARD))
        .isInstanceOf(Busy.class);

    var tooLong = model("echo '{\"is_error\":true,\"result\":\"Prompt is too long\"}'; exit 1");
    assertThat(tooLong.make(prompt(null, Message.user("?")), Words.UNHEARD))
        .isInstanceOf(Reply.TooLong.class);
  }

  @Test
  void a_program_that_is_not_there_says_how_to_mend_it() {
    var model = new ClaudeModel("no-such-claude", null, folder, LONG, Json.MAPPER);

    assertThatThrownBy(() -> model.make(prompt(null, Message.user("?")), Words.UNHEARD))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("Install it");
  }

  @Test
  void a_program_that_takes_too_long_is_ended_with_all_that_it_started() throws Exception {
    var model = model("sleep 600 & echo $! > child; wait", Duration.ofMillis(700));

    assertThatThrownBy(() -> model.make(prompt(null, Message.user("?")), Words.UNHEARD))
        .isInstanceOf(Busy.class);

    childIsGone();
  }

  @Test
  void an_interrupt_ends_the_program_with_all_that_it_started() throws Exception {
    var model = model("sleep 600 & echo $! > child; wait");
    var ended = new AtomicReference<Throwable>();
    var asking =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    model.make(prompt(null, Message.user("?")), Words.UNHEARD);
                  } catch (Busy | InterruptedException | RuntimeException e) {
                    ended.set(e);
                  }
                });
    Eventually.that("it runs", () -> !child().isEmpty());

    asking.interrupt();

    Eventually.that("the call ends", () -> ended.get() != null);
    assertThat(ended.get()).isInstanceOf(InterruptedException.class);
    childIsGone();
  }

  @Test
  void a_program_that_neither_reads_nor_is_quiet_is_no_trouble() throws Exception {
    var reply =
        answer(
            model("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo Four.")
                .make(prompt(null, Message.user("x".repeat(1 << 20))), Words.UNHEARD));

    assertThat(reply.message().text()).isEqualTo("Four.");
  }

  private void childIsGone() {
    long pid = Long.parseLong(child());
    Eventually.that(
        "what it started is gone",
        () -> ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
  }

  private String child() {
    try {
      return Files.exists(folder.resolve("run/child")) ? written("child").strip() : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String written(String name) throws IOException {
    return Files.readString(folder.resolve("run").resolve(name));
  }

  private ClaudeModel model(String script) throws IOException {
    return model(script, LONG);
  }

  private ClaudeModel model(String script, Duration limit) throws IOException {
    Path program = folder.resolve("claude");
    Files.writeString(program, "#!/bin/sh\n" + script);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return new ClaudeModel(program.toString(), "opus", folder.resolve("run"), limit, Json.MAPPER);
  }

  private static Prompt prompt(Map<String, Object> state, Message... messages) {
    return new Prompt(List.of(messages), List.of(), List.of(), null, state);
  }

  private static Reply.Answer answer(Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Answer.class);
    return (Reply.Answer) reply;
  }
}
