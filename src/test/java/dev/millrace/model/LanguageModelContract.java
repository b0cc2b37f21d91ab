package dev.millrace.model;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Eventually;
import dev.millrace.job.Unavailable;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.ScriptedServer.Scene;
import dev.millrace.model.ScriptedServer.Scene.Then;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** And what it does in bad weather. */
abstract class LanguageModelContract extends CallsContract {
  @Test
  void a_busy_model_is_asked_again_after_the_seconds_it_names() {
    server.then(busy("Retry-After", "7"));

    assertThat(model().reply(sum())).isInstanceOf(Reply.Answer.class);
    assertThat(pauses.all()).containsExactly(ofSeconds(7));
  }

  @Test
  void a_busy_model_is_not_asked_again_before_the_date_it_names() {
    server.then(
        busy(
            "Retry-After",
            "Sat, 21 Nov 2099 12:00:00 GMT",
            "Date",
            "Sat, 21 Nov 2026 12:00:00 GMT"));

    assertThatThrownBy(() -> model().reply(sum())).isInstanceOf(Unavailable.class);
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void a_busy_model_that_names_no_time_is_asked_again_after_growing_pauses() {
    server.then(busy(), busy(), busy());

    assertThat(model().reply(sum())).isInstanceOf(Reply.Answer.class);
    assertThat(pauses.all())
        .containsExactly(Duration.ofMillis(250), Duration.ofMillis(500), ofSeconds(1));
  }

  @Test
  void patience_has_an_end_and_says_who_was_asked_but_nothing_secret() {
    server.then(Collections.nCopies(20, busy("Retry-After", "30")).toArray(Scene[]::new));

    assertThatThrownBy(() -> model().reply(sum()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("gpt-4o")
        .hasMessageContaining(server.address().getAuthority())
        .hasMessageContaining("429")
        .hasMessageNotContaining("two and two")
        .hasMessageNotContaining(SECRET);
    assertThat(server.asked()).hasSize(4);
  }

  @Test
  void a_model_that_asks_for_more_than_the_patience_is_not_waited_for() {
    server.then(busy("Retry-After", "3600"));

    assertThatThrownBy(() -> model().reply(sum())).isInstanceOf(Unavailable.class);
    assertThat(pauses.all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 500, 502, 503, 504, 529})
  void a_fault_of_the_server_is_tried_again(int status) {
    server.then(Scene.whole(status, "oops"));

    assertThat(model().reply(sum())).isInstanceOf(Reply.Answer.class);
    assertThat(pauses.all()).hasSize(1);
  }

  @Test
  void a_connection_that_is_reset_is_tried_again() {
    server.then(
        new Scene.Cut(),
        Scene.events(Then.CUT, "{'choices': [{'index': 0, 'delta': {'content': 'It '}}]}"));

    assertThat(answer(model().reply(sum())).message().text()).isEqualTo("It is four.");
    assertThat(server.asked()).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void a_stream_that_falls_silent_is_given_up_and_tried_again() {
    server.then(
        Scene.events(Then.STALL, "{'choices': [{'index': 0, 'delta': {'content': 'It '}}]}"));

    assertThat(answer(model(LONG, Duration.ofMillis(300), 4).reply(sum())).message().text())
        .isEqualTo("It is four.");
    assertThat(server.asked()).hasSize(2);
  }

  @Test
  void a_server_that_never_answers_is_given_up_and_tried_again() {
    server.then(new Scene.Silence());

    assertThat(model(Duration.ofMillis(500), LONG, 4).reply(sum()))
        .isInstanceOf(Reply.Answer.class);
  }

  @Test
  void a_stream_that_breaks_off_politely_is_tried_again() {
    server.then(
        Scene.events(Then.END, "{'choices': [{'index': 0, 'delta': {'content': 'It '}}]}"),
        Scene.events(Then.END),
        Scene.events(Then.END, "{'choices': []}"),
        Scene.events(Then.END, "no json"),
        Scene.events(Then.END, "{'error': {'code': 'server_error', 'message': 'oops'}}"),
        Scene.whole(200, "<html>"),
        Scene.whole(200, "{'choices': []}"));

    assertThat(answer(model().reply(sum())).message().text()).isEqualTo("It is four.");
    assertThat(server.asked()).hasSize(8);
  }

  @Test
  void signs_of_life_are_no_words() {
    server.then(
        new Scene.Events(
            Scene.finished(
                List.of(": PROCESSING", "{'choices': [{'delta': {'content': 'Four.'}}]}"), "stop"),
            Then.END));

    assertThat(answer(model().reply(sum())).message().text()).isEqualTo("Four.");
  }

  @Test
  void a_content_filter_is_a_refusal_and_nobody_asks_again() {
    server.then(
        Scene.whole(
            400,
            "{'error': {'code': 'content_filter', 'message': 'The prompt two and two was filtered',"
                + " 'innererror': {'code': 'ResponsibleAIPolicyViolation', 'content_filter_result':"
                + " {'violence': {'filtered': true}, 'hate': {'filtered': false}}}}}"),
        Scene.whole(400, "{'error': {'code': 'content_filter', 'message': 'no'}}"),
        new Scene.Events(
            Scene.finished(
                List.of("{'choices': [{'index': 0, 'delta': {'content': 'It '}}]}"),
                "content_filter"),
            Then.END),
        new Scene.Events(
            Scene.finished(
                List.of("{'choices': [{'index': 0, 'delta': {'refusal': 'I will not.'}}]}"),
                "stop"),
            Then.END));
    var model = model();

    assertThat(model.reply(sum()))
        .isEqualTo(new Reply.Refused("the content filter of the model refused it (violence)"));
    assertThat(model.reply(sum()))
        .isEqualTo(new Reply.Refused("the content filter of the model refused it"));
    assertThat(model.reply(sum())).isInstanceOf(Reply.Refused.class);
    assertThat(model.reply(sum())).isEqualTo(new Reply.Refused("the model refused: I will not."));
    assertThat(server.asked()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'error': {'code': 'context_length_exceeded', 'message': 'no'}}",
        "{'error': {'message': 'This model has a maximum context length of 8 tokens', 'code':"
            + " 400}}",
        "{'error': 'the prompt is longer than the context length'}"
      })
  void more_than_the_model_can_take_in_is_too_long(String body) {
    server.then(Scene.whole(400, body));

    assertThat(model().reply(sum())).isInstanceOf(Reply.TooLong.class);
    assertThat(server.asked()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 405})
  void what_only_a_person_can_mend_is_said_at_once(int status) {
    server.then(
        Scene.whole(status, "{'error': {'code': 'DeploymentNotFound', 'message': 'two and two'}}"));

    assertThatThrownBy(() -> model().reply(sum()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("gpt-4o")
        .hasMessageContaining("DeploymentNotFound")
        .hasMessageNotContaining("two and two")
        .hasNoCause();
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void a_quota_that_is_used_up_is_not_waited_for() {
    server.then(Scene.whole(429, "{'error': {'code': 'insufficient_quota', 'message': 'pay'}}"));

    assertThatThrownBy(() -> model().reply(sum()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("quota");
    assertThat(pauses.all()).isEmpty();
  }

  @Test
  void a_server_that_is_not_there_is_unavailable() {
    var model = model();
    server.close();

    assertThatThrownBy(() -> model.reply(sum()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("it cannot be reached");
  }

  @Test
  void an_interrupt_ends_a_call_and_the_connection() {
    server.then(new Scene.Silence());
    var model = model(LONG, LONG, 1);
    var interrupted = new CountDownLatch(1);
    var asking =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    model.reply(sum());
                  } catch (Unavailable e) {
                    if (Thread.currentThread().isInterrupted()) {
                      interrupted.countDown();
                    }
                  }
                });
    Eventually.that("it is asked", () -> server.asked().size() == 1);

    asking.interrupt();

    Eventually.that("the call ends", () -> interrupted.getCount() == 0);
    assertThat(model.reply(sum())).isInstanceOf(Reply.Answer.class); // its place is free again
  }

  static Scene busy(String... headers) {
    return Scene.whole(429, "{'error': {'code': 'rate_limit_exceeded', 'message': 'no'}}", headers);
  }
}
