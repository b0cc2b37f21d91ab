package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Eventually;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel.Picture;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.ScriptedServer.Scene;
import dev.millrace.model.ScriptedServer.Scene.Then;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What every model that is asked over HTTP does with words, pictures and schemas. */
abstract class WordsContract extends ModelOnServer {
  @Test
  void an_answer_is_words_and_what_they_cost() {
    var reply = answer(model().reply(sum()));

    assertThat(reply.message()).isEqualTo(Message.assistant("It is four.", List.of()));
    assertThat(reply.usage()).isEqualTo(new Usage(12, 3));
    assertThat(reply.modelState()).isNull();
  }

  @Test
  void a_request_goes_to_the_model_with_who_asks_and_what_is_asked() {
    model().reply(sum());

    var asked = server.asked().getFirst();
    assertThat(asked.target()).isEqualTo(target());
    assertSignedIn(asked);
    assertThat(asked.lastMessage()).isEqualTo("two and two?");
    assertThat(asked.body().get("temperature").getNumberValue().doubleValue()).isEqualTo(0.5);
    assertThat(asked.body().get("tools")).isNull();
    assertThat(asked.body().get("response_format")).isNull();
  }

  @Test
  void the_words_are_told_as_they_come() {
    var heard = new CopyOnWriteArrayList<String>();
    var more = new CountDownLatch(1);
    server.then(
        Scene.events(Then.STALL, "{'choices': [{'index': 0, 'delta': {'content': 'It '}}]}"));
    var model = model();

    var asking =
        Thread.ofVirtual()
            .start(
                () ->
                    assertThatThrownBy(
                            () ->
                                model.reply(
                                    sum(),
                                    word -> {
                                      heard.add(word);
                                      more.countDown();
                                    }))
                        .isInstanceOf(Unavailable.class));

    Eventually.that("a word is heard before the answer has ended", () -> more.getCount() == 0);
    assertThat(heard).containsExactly("It ");
    asking.interrupt();
    Eventually.that("the call ends", () -> !asking.isAlive());
  }

  @Test
  void a_server_that_does_not_stream_is_understood() {
    server.then(
        Scene.whole(
            200,
            "{'choices': [{'message': {'role': 'assistant', 'content': 'Four.', 'tool_calls':"
                + " [{'id': 'a', 'type': 'function', 'function': {'name': 'run_python',"
                + " 'arguments': '{}'}}, {'id': 'b', 'type': 'function', 'function': {'name':"
                + " 'run_python', 'arguments': {'code': 'x'}}}]}, 'finish_reason': 'tool_calls'}],"
                + " 'usage': {'prompt_tokens': 1, 'completion_tokens': 2}}"));

    var reply = answer(model().reply(sum()));

    assertThat(reply.message())
        .isEqualTo(
            Message.assistant(
                "Four.",
                List.of(
                    ToolCall.of("a", "run_python", Map.of()),
                    ToolCall.of("b", "run_python", Map.of("code", "x")))));
    assertThat(reply.usage()).isEqualTo(new Usage(1, 2));
  }

  @Test
  void pictures_are_shown_by_the_user_behind_the_tool_that_made_them() {
    var prompt =
        new Prompt(
            List.of(
                Message.user("what is this?"),
                Message.assistant("", List.of(ToolCall.of("a", "run_python", Map.of()))),
                Message.tool("a", "drawn")),
            List.of(
                new Picture(0, "image/jpeg", new byte[] {1}),
                new Picture(2, "image/png", new byte[] {1, 2, 3})),
            List.of(TOOL),
            null,
            null);

    model().reply(prompt);

    var messages = server.asked().getFirst().body().get("messages");
    assertThat(messages.size()).isEqualTo(4);
    assertThat(messages.get(0).get("content").get(1).get("image_url").get("url").getStringValue())
        .isEqualTo("data:image/jpeg;base64,AQ==");
    assertThat(messages.get(3).get("role").getStringValue()).isEqualTo("user");
    assertThat(messages.get(3).get("content").get(1).get("image_url").get("url").getStringValue())
        .isEqualTo("data:image/png;base64,AQID");
  }

  @Test
  void a_schema_is_held_to_strictly_where_it_can_be() {
    var closed =
        Map.<String, Object>of(
            "type",
            "object",
            "properties",
            Map.of("sum", Map.of("type", "number")),
            "required",
            List.of("sum"),
            "additionalProperties",
            false);
    var open = Map.<String, Object>of("type", "object", "properties", Map.of("sum", Map.of()));
    var model = model();

    model.reply(new Prompt(sum().messages(), List.of(), List.of(), closed, null));
    model.reply(new Prompt(sum().messages(), List.of(), List.of(), open, null));

    assertThat(server.asked())
        .extracting(asked -> asked.body().get("response_format").get("json_schema"))
        .extracting(format -> format.get("strict").getBooleanValue())
        .containsExactly(true, false);
  }

  @Test
  void a_parameter_that_the_server_does_not_know_is_left_out_from_then_on() {
    server.then(
        Scene.whole(400, "{'error': {'message': 'Unrecognized request argument: stream_options'}}"),
        Scene.whole(
            400,
            "{'error': {'code': 'unsupported_value', 'param': 'temperature', 'message': 'no'}}"));
    var model = model();

    model.reply(sum());
    model.reply(sum());

    assertThat(server.asked()).hasSize(4);
    assertThat(server.asked().subList(2, 4))
        .allSatisfy(
            asked -> {
              assertThat(asked.body().get("stream_options")).isNull();
              assertThat(asked.body().get("temperature")).isNull();
            });
    assertThat(pauses.all()).isEmpty();
  }
}
