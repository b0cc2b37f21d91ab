package dev.millrace.model;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.AccessToken;
import dev.millrace.Eventually;
import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel.Picture;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.ToolSpec;
import dev.millrace.model.ScriptedServer.Scene;
import dev.millrace.model.ScriptedServer.Scene.Then;
import dev.millrace.model.openai.Connections;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** What every model that is asked over HTTP does, in good weather and in bad. */
abstract class LanguageModelContract {
  private static final Connections CONNECTIONS = new Connections();
  private static final Duration LONG = ofSeconds(60);
  private static final String SECRET = "geheim-7f3a";
  private static final ToolSpec TOOL =
      new ToolSpec("run_python", "Runs Python.", Map.of("type", "object"));

  final SettableClock clock = new SettableClock();
  final ToldPauses pauses = new ToldPauses(clock);
  final AtomicInteger tokens = new AtomicInteger();
  ScriptedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  abstract ModelKind kind();

  /** Below the server's own address. */
  abstract URI endpoint(URI server);

  abstract String target();

  abstract void assertSignedIn(ScriptedServer.Asked asked);

  String key() {
    return SECRET;
  }

  final LanguageModel model() {
    return model(LONG, LONG, 4);
  }

  final LanguageModel model(Duration timeout, Duration stall, int concurrent) {
    var setup =
        new ModelSetup(
            "mine",
            "millrace.models.mine",
            kind(),
            endpoint(server.address()),
            "gpt-4o",
            key(),
            "2024-10-21",
            128_000,
            true,
            0.5,
            concurrent,
            timeout,
            stall,
            ofSeconds(100),
            "");
    var means =
        new Models.Means(
            CONNECTIONS,
            () -> context -> Mono.just(token()),
            Path.of("."),
            Json.MAPPER,
            clock,
            pauses,
            () -> 0);
    return new Models(List.of(setup), "mine", means).find("mine").orElseThrow();
  }

  private AccessToken token() {
    return new AccessToken(
        SECRET + tokens.incrementAndGet(),
        OffsetDateTime.ofInstant(clock.instant().plusSeconds(3600), ZoneOffset.UTC));
  }

  static Prompt sum() {
    return Prompt.of(List.of(Message.system("Be brief."), Message.user("two and two?")));
  }

  static Prompt withTool(Message... messages) {
    return new Prompt(List.of(messages), List.of(), List.of(TOOL), null, null);
  }

  static Reply.Answer answer(Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Answer.class);
    return (Reply.Answer) reply;
  }

  private List<ToolCall> calls(LanguageModel model) {
    return answer(model.reply(withTool(Message.user("go")))).message().toolCalls();
  }

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
  void a_call_of_a_tool_may_come_in_pieces_and_beside_words() {
    server.then(
        Scene.says(
            "Let me see.",
            Scene.call(0, "call_a", "run_python", ""),
            "{'choices': [{'index': 0, 'delta': {'tool_calls': [{'index': 0, 'function':"
                + " {'arguments': \"{\\\"code\\\": \"}}]}}]}",
            "{'choices': [{'index': 0, 'delta': {'tool_calls': [{'index': 0, 'function':"
                + " {'arguments': \"\\\"print(1)\\\"}\"}}]}}]}"));

    var reply = answer(model().reply(withTool(Message.user("go"))));

    assertThat(reply.message())
        .isEqualTo(
            Message.assistant(
                "Let me see.",
                List.of(ToolCall.of("call_a", "run_python", Map.of("code", "print(1)")))));
    assertThat(server.asked().getFirst().body().get("tools").get(0).get("function").get("name"))
        .isEqualTo(JsonNode.createStringNode("run_python"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"code\": ", "no", "[1]", "7", "null", "\"text\""})
  void arguments_that_are_no_object_are_handed_on_as_they_are(String text) {
    server.then(Scene.says("", Scene.call(0, "a", "run_python", text)));

    assertThat(calls(model())).containsExactly(ToolCall.unreadable("a", "run_python", text));
  }

  @Test
  void an_unknown_tool_and_missing_arguments_are_handed_on() {
    server.then(Scene.says("", Scene.call(0, "a", "fly", "")));

    assertThat(calls(model())).containsExactly(ToolCall.of("a", "fly", Map.of()));
  }

  @Test
  void calls_with_the_same_id_or_number_or_with_none_are_calls_all_the_same() {
    server.then(
        Scene.says("", Scene.call(0, "a", "run_python", "{}"), Scene.call(1, "a", "other", "{}")),
        Scene.says("", Scene.call(0, "a", "run_python", "{}"), Scene.call(0, "b", "other", "{}")),
        Scene.says("", Scene.call(0, "", "run_python", "{}"), Scene.call(1, "", "other", "{}")));
    var model = model();

    assertThat(calls(model)).extracting(ToolCall::id).containsExactly("a", "a");
    assertThat(calls(model)).extracting(ToolCall::id).containsExactly("a", "b");
    assertThat(calls(model)).extracting(ToolCall::id).containsExactly("call_1", "call_2");
  }

  @Test
  void a_hundred_calls_at_once_are_a_hundred_calls() {
    server.then(
        Scene.says(
            "",
            IntStream.range(0, 100)
                .mapToObj(n -> Scene.call(n, "c" + n, "run_python", "{\"n\": " + n + "}"))
                .toArray(String[]::new)));

    assertThat(calls(model()))
        .hasSize(100)
        .last()
        .isEqualTo(ToolCall.of("c99", "run_python", Map.of("n", 99)));
  }

  @Test
  void an_argument_of_a_megabyte_arrives_whole() {
    String large = "x".repeat(1 << 20);
    server.then(Scene.says("", Scene.call(0, "a", "run_python", "{\"code\": \"" + large + "\"}")));

    assertThat(calls(model()))
        .containsExactly(ToolCall.of("a", "run_python", Map.of("code", large)));
  }

  @Test
  void history_goes_back_with_each_call_under_its_own_id_and_answered() {
    var twice = ToolCall.of("a", "run_python", Map.of("code", "1"));

    model()
        .reply(
            withTool(
                Message.user("go"),
                Message.assistant("", List.of(twice, twice, ToolCall.unreadable("b", "x", "{"))),
                Message.tool("a", "first"),
                Message.tool("a", "second"),
                Message.tool("never-called", "stray"),
                Message.user("and?")));

    var messages = new ArrayList<JsonNode>();
    server.asked().getFirst().body().get("messages").values().forEach(messages::add);
    assertThat(messages)
        .extracting(message -> message.get("role").getStringValue())
        .containsExactly("user", "assistant", "tool", "tool", "tool", "user");
    var ids = new ArrayList<String>();
    messages.get(1).get("tool_calls").values().forEach(c -> ids.add(c.get("id").getStringValue()));
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(messages.subList(2, 5))
        .extracting(message -> message.get("tool_call_id").getStringValue())
        .containsExactlyElementsOf(ids);
    assertThat(messages.get(3).get("content").getStringValue()).isEqualTo("second");
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

  @Test
  void a_busy_model_is_asked_again_after_the_seconds_it_names() {
    server.then(busy("Retry-After", "7"));

    assertThat(model().reply(sum())).isInstanceOf(Reply.Answer.class);
    assertThat(pauses.all()).containsExactly(ofSeconds(7));
  }

  @Test
  void a_busy_model_is_not_asked_again_before_the_date_it_names() {
    server.then(busy("Retry-After", "Sat, 21 Nov 2099 12:00:00 GMT"));

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
