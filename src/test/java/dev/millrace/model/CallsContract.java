package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.model.ScriptedServer.Scene;
import io.micronaut.json.tree.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it does with the calls of tools that models wish for. */
abstract class CallsContract extends WordsContract {
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

  private List<ToolCall> calls(LanguageModel model) {
    return answer(model.reply(withTool(Message.user("go")))).message().toolCalls();
  }
}
