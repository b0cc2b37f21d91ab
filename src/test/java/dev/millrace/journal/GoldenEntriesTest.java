package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Golden;
import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.Artifact;
import dev.millrace.job.Caps;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import io.micronaut.context.ApplicationContext;
import io.micronaut.serde.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every entry as logs have it. A log written today is read by every later version. */
class GoldenEntriesTest {
  private static final Instant NOON = SettableClock.NOON;
  private static final String SHA =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  static Stream<Arguments> entries() {
    return Stream.of(
        Arguments.of("entry-submitted.json", submitted()),
        Arguments.of("entry-submitted-http.json", Entries.submitted()),
        Arguments.of("entry-enqueued.json", new Entry.Enqueued("j1/again/7f3a")),
        Arguments.of("entry-claimed.json", new Entry.Claimed(2, "worker-a", "jobs", 4711, true)),
        Arguments.of(
            "entry-model-done.json",
            new Entry.ModelDone(
                1,
                "gpt-4o-mini",
                Message.assistant(
                    "I will plot it.",
                    List.of(ToolCall.of("c1", "run_python", map("code", "print(1)", "x", null)))),
                new Usage(812, 96),
                Map.of("session", "s-1"),
                1.21,
                "c0")),
        Arguments.of(
            "entry-model-done-asked.json",
            new Entry.ModelDone(
                9,
                "gpt-4o-mini",
                Message.assistant("{}", List.of()),
                new Usage(812, 96),
                null,
                1.21,
                "j1-2",
                new Entry.Asked(Entry.Asked.SCHEMA, "Answer again."))),
        Arguments.of(
            "entry-summarized.json",
            new Entry.Summarized(
                7,
                "(A summary of what was said before.)\n\nThey spoke of sales.",
                "gpt-4o-mini",
                new Usage(900, 80),
                2.5)),
        Arguments.of("entry-tool-intent.json", new Entry.ToolIntent(2, "c1", "j1-2", NOON, "c0")),
        Arguments.of(
            "entry-tool-done.json",
            new Entry.ToolDone(
                2,
                "c1",
                new ToolOutcome("42\n", "a warning", "None", "ZeroDivisionError", true, 0.38),
                List.of(
                    new Artifact(
                        "figure-1.png",
                        "image/png",
                        23011,
                        SHA,
                        2,
                        "jobs/default/j1/files/" + SHA)),
                true,
                "c0")),
        Arguments.of("entry-released.json", new Entry.Released(2, "model.unavailable", NOON)),
        Arguments.of("entry-cancel-requested.json", new Entry.CancelRequested("alice")),
        Arguments.of(
            "entry-ended.json",
            new Entry.Ended(
                Status.INCOMPLETE,
                StopReason.BUDGET_TOOL_CALLS,
                "{\"schema\":1}",
                List.of(
                    new Entry.Outbox("j1/result", "results"),
                    new Entry.Outbox("j1/result", "replies")))),
        Arguments.of(
            "entry-published.json",
            new Entry.Published("j1/result", "replies", Entry.Published.Outcome.UNDELIVERABLE)),
        Arguments.of(
            "conversation-begun.json", new ConversationEntry.Begun("alice", "user-123", NOON)),
        Arguments.of("conversation-queued.json", new ConversationEntry.Queued("j1")),
        Arguments.of(
            "conversation-turn.json",
            new ConversationEntry.Turn(
                "j1",
                List.of(
                    Message.user("And by quarter?"),
                    Message.assistant(
                        "", List.of(ToolCall.of("c1", "run_python", Map.of("code", "1")))),
                    Message.tool("c1", "1"),
                    Message.assistant("Like this.", List.of())),
                new Usage(1, 2),
                Map.of("session", "s-1"))),
        Arguments.of(
            "conversation-summary.json",
            new ConversationEntry.Summary(12, "They spoke of sales.", List.of("j1", "j2"))),
        Arguments.of("conversation-reset.json", new ConversationEntry.Reset("alice")),
        Arguments.of("conversation-closed.json", new ConversationEntry.Closed("alice")),
        Arguments.of(
            "conversation-snapshot.json",
            new ConversationEntry.Snapshot(List.of("j2", "j3"), 64, 4096, null, null, null)),
        Arguments.of(
            "conversation-snapshot-reset.json",
            new ConversationEntry.Snapshot(
                List.of("j2", "j3"),
                64,
                4096,
                new ConversationEntry.Begun("alice", "user-123", NOON),
                2,
                List.of("j2"))));
  }

  private static Entry.Submitted submitted() {
    return new Entry.Submitted(
        new JobRequest(
            JobRequest.Kind.AGENT,
            "analyst",
            "Plot revenue by month and tell me the trend.",
            "user-123",
            List.of(InputFile.kept("sales.csv", SHA, 120)),
            map("type", "object", "properties", Map.of()),
            true,
            "user",
            new Caps(24L, 40L, 200000L, 900L, 10485760L),
            NOON,
            true,
            JobRequest.WhenBusy.REFUSE,
            "order-77",
            map("team", "sales", "cost centre", null, "tags", List.of("a", 1, 1.5, true))),
        SHA,
        "default",
        "queue:jobs",
        "0123456789abcdef0123456789abcdef",
        NOON.plusSeconds(60),
        new Origin(
            Origin.Via.QUEUE,
            "jobs",
            "order-77",
            "corr-1",
            "replies",
            "replies-7",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "vendor=1"),
        List.of("ignored unknown field /foo"));
  }

  /** With nulls, which Map.of refuses, and in this order. */
  private static Map<String, Object> map(Object... pairs) {
    var map = new LinkedHashMap<String, Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void an_entry_is_written_as_ever(String file, Record entry) throws Exception {
    assertThat(Json.MAPPER.writeValueAsString(entry)).isEqualTo(Golden.json(file));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void an_entry_is_read_as_ever(String file, Record entry) throws Exception {
    assertThat(Json.MAPPER.readValue(Golden.json(file), entry.getClass())).isEqualTo(entry);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void fields_of_a_later_version_are_passed_over(String file, Record entry) throws Exception {
    String later =
        Golden.json(file)
            .replaceFirst("\\{", "{\"later\":[{\"a\":null}],")
            .replaceAll(
                "\"(request|limits|origin|message|usage|outcome)\":\\{",
                "\"$1\":{\"later\":{\"a\":1},");

    assertThat(Json.MAPPER.readValue(later, entry.getClass())).isEqualTo(entry);
  }

  /** The tests' own mapper is not the product's; this says that they write alike. */
  @Test
  void the_product_writes_as_the_tests_do() throws Exception {
    try (var context = ApplicationContext.run()) {
      var mapper = context.getBean(ObjectMapper.class);

      for (Arguments each : entries().toList()) {
        Object entry = each.get()[1];
        assertThat(mapper.writeValueAsString(entry))
            .isEqualTo(Json.MAPPER.writeValueAsString(entry));
      }
    }
  }

  @Test
  void every_kind_of_entry_is_among_them() {
    List<Object> kinds = new ArrayList<>();
    entries().forEach(each -> kinds.add(each.get()[1].getClass()));

    assertThat(kinds).contains((Object[]) Entry.class.getPermittedSubclasses());
    assertThat(kinds).contains((Object[]) ConversationEntry.class.getPermittedSubclasses());
  }
}
