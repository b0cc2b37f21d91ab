package dev.millrace.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Golden;
import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.artifact.Artifacts;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobResult;
import dev.millrace.bus.ResultMessage;
import dev.millrace.job.Artifact;
import dev.millrace.job.Digest;
import dev.millrace.job.Ending;
import dev.millrace.job.Finding;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Origin;
import dev.millrace.job.StopReason;
import dev.millrace.journal.Entries;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Marks;
import dev.millrace.storage.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsTest {
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));
  private static final String SHA =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = new MemoryStorage(clock);
  private final Journal journal = new Journal(storage, Json.MAPPER, clock, new Marks("r"));
  private final Results results =
      new Results(Json.MAPPER, new Artifacts(storage), clock, "results");

  private JobLog submitted(JobRequest request, Origin origin) {
    var log = journal.create(JOB);
    log.append(
        new Entry.Submitted(
            request,
            "hash",
            "default",
            "alice",
            null,
            SettableClock.NOON.plus(Duration.ofHours(24)),
            origin,
            List.of("ignored unknown field /foo")));
    return log;
  }

  private static JobRequest request(String message) {
    var metadata = new LinkedHashMap<String, Object>();
    metadata.put("team", "sales");
    metadata.put("cost centre", null);
    return new JobRequest(
        JobRequest.Kind.AGENT,
        "analyst",
        message,
        "user 1/2",
        List.of(),
        null,
        true,
        "user",
        null,
        null,
        false,
        JobRequest.WhenBusy.QUEUE,
        "order-77",
        metadata);
  }

  private static Origin queue() {
    return new Origin(
        Origin.Via.QUEUE, "jobs", "m-1", "corr-1", "replies", "replies-7", "00-a-b-01", "v=1");
  }

  private ResultMessage end(JobLog log, Ending ending) {
    return end(log, ending, 0);
  }

  private ResultMessage end(JobLog log, Ending ending, int target) {
    log.append(results.ended(log, ending));
    return results.message(JOB, log.state(), log.state().unpublished().get(target));
  }

  @Test
  void an_answer_is_told_as_ever() throws Exception {
    var log = submitted(request("Plot revenue…"), queue());
    clock.advance(Duration.ofSeconds(1));
    log.append(Entries.claimed(1, false), Entries.asks(1, 1));
    log.append(
        Entries.ran(
            2,
            "c1",
            new Artifact(
                "figure 1.png", "image/png", 23011, SHA, 2, "jobs/default/j1/files/" + SHA)),
        Entries.answers(3));
    clock.advance(Duration.ofSeconds(2));

    var message =
        end(log, new Ending(StopReason.ANSWERED, "Revenue rose…", Map.of("total", 7), null));

    assertGolden(message, "result-answered.json");
  }

  private static void assertGolden(ResultMessage message, String file) throws Exception {
    assertThat(message.body()).isEqualTo(Golden.json(file));
    var read = Json.MAPPER.readValue(Golden.json(file), JobResult.class);
    assertThat(Json.MAPPER.writeValueAsString(read)).isEqualTo(message.body());
    String later =
        Golden.json(file)
            .replaceFirst("\\{", "{\"later\":{\"a\":1},")
            .replace("\"usage\":{", "\"usage\":{\"later\":1,");
    assertThat(Json.MAPPER.readValue(later, JobResult.class)).isEqualTo(read);
  }

  @Test
  void a_failure_is_told_as_ever() throws Exception {
    var log = submitted(JobRequest.of("analyst", "Plot revenue…"), Origin.HTTP);

    var message =
        end(
            log,
            Ending.failed(
                StopReason.SCHEMA,
                "the answer does not fit",
                List.of(new Finding("/total", "is required"))));

    assertGolden(message, "result-failed.json");
  }

  @Test
  void a_large_answer_lies_in_the_store() throws Exception {
    var log = submitted(JobRequest.of("analyst", "Plot revenue…"), Origin.HTTP);
    String large = "x".repeat(200_001);

    var message = end(log, Ending.answered(large));

    assertGolden(message, "result-large-response.json");
    String sha256 = Digest.sha256(large.getBytes(StandardCharsets.UTF_8));
    assertThat(message.body()).contains("\"sha256\":\"" + sha256 + "\"");
    assertThat(storage.bytes("jobs/default/j1/files/" + sha256)).asString().isEqualTo(large);
  }

  @Test
  void a_conflict_is_told_as_ever() throws Exception {
    var message =
        results.conflict(
            new Delivery.Received(
                "jobs",
                7,
                "m-1",
                "{\"message\":\"other\"}".getBytes(StandardCharsets.UTF_8),
                "corr-2",
                "replies",
                "replies-7",
                clock.instant(),
                null,
                "00-a-b-01",
                null),
            JOB,
            request("other"));

    assertGolden(message, "result-conflict.json");
    assertThat(message.messageId())
        .isEqualTo(
            "j1/conflict/"
                + Digest.sha256("{\"message\":\"other\"}".getBytes(StandardCharsets.UTF_8))
                    .substring(0, 16));
    assertThat(message.correlationId()).isEqualTo("corr-2");
    assertThat(message.sessionId()).isEqualTo("replies-7");
    assertThat(message.subject()).isEqualTo("job.failed");
    assertThat(message.properties())
        .doesNotContainKey("jobId")
        .containsEntry("stopReason", "conflict")
        .containsEntry("traceparent", "00-a-b-01");
  }

  @Test
  void a_message_carries_what_filters_and_senders_need() {
    var log = submitted(request("Plot"), queue());

    var message = end(log, Ending.answered("Done."), 1);

    assertThat(message.messageId()).isEqualTo("j1/result");
    assertThat(message.subject()).isEqualTo("job.succeeded");
    assertThat(message.correlationId()).isEqualTo("corr-1");
    assertThat(message.sessionId()).isEqualTo("replies-7");
    assertThat(message.properties())
        .isEqualTo(
            Map.of(
                "schema", 1,
                "jobId", "j1",
                "tenant", "default",
                "agent", "analyst",
                "kind", "agent",
                "status", "succeeded",
                "stopReason", "answered",
                "traceparent", "00-a-b-01",
                "tracestate", "v=1"));
  }

  @Test
  void the_topic_and_the_reply_to_get_the_same_bytes_under_the_same_id() {
    var log = submitted(request("Plot"), queue());
    log.append(results.ended(log, Ending.answered("Done.")));

    var outbox = log.state().unpublished();
    var first = results.message(JOB, log.state(), outbox.getFirst());
    clock.advance(Duration.ofHours(1));
    var second = results.message(JOB, journal.job(JOB).state(), outbox.getLast());

    assertThat(outbox).extracting(Entry.Outbox::target).containsExactly("results", "replies");
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.messageId()).isEqualTo(first.messageId());
    assertThat(first.sessionId()).as("the topic has no sessions").isNull();
  }

  @Test
  void a_reply_to_that_is_the_topic_gets_one_message() {
    var origin = new Origin(Origin.Via.QUEUE, "jobs", "m", null, "results", null, null, null);
    var log = submitted(request("Plot"), origin);

    assertThat(results.ended(log, Ending.answered("Done.")).outbox()).hasSize(1);
  }

  @Test
  void without_a_correlation_id_the_message_s_own_id_correlates() {
    var origin = new Origin(Origin.Via.QUEUE, "jobs", "m-1", null, null, null, null, null);
    var log = submitted(JobRequest.of("analyst", "Plot"), origin);

    assertThat(end(log, Ending.answered("Done.")).correlationId()).isEqualTo("m-1");
  }

  /** A message is at most 256 KB long as it is written, not as it is meant. */
  @ParameterizedTest
  @ValueSource(strings = {"\u0001", "\"", "\n", "ü", "\uD83D\uDE00", "x"})
  void no_text_makes_a_message_too_long(String unit) {
    var log =
        submitted(JobRequest.of("analyst", unit.repeat(190_000 / unit.length())), Origin.HTTP);

    var message = end(log, Ending.answered(unit.repeat(199_000 / unit.length())));

    assertThat(message.body().getBytes(StandardCharsets.UTF_8).length).isLessThan(256_000);
  }

  @Test
  void names_become_safe_addresses() throws Exception {
    var log = submitted(request("Plot"), Origin.HTTP);
    log.append(
        Entries.claimed(1, false),
        Entries.asks(1, 1),
        Entries.ran(2, "c1", new Artifact("a b/ü?#.png", "image/png", 1, SHA, 2, "blob")),
        Entries.answers(3));

    var result = Json.MAPPER.readValue(end(log, Ending.answered("Done.")).body(), JobResult.class);

    assertThat(result.artifacts().getFirst().href())
        .isEqualTo("/v1/jobs/j1/artifacts/a%20b%2F%C3%BC%3F%23.png");
    assertThat(result.links().conversation()).isEqualTo("/v1/conversations/analyst/user%201%2F2");
  }

  @Test
  void what_was_done_twice_is_told() throws Exception {
    var log = submitted(request("Plot"), Origin.HTTP);
    var reran = Entries.ran(2, "c1");
    log.append(
        Entries.claimed(1, false),
        Entries.claimed(2, false),
        Entries.asks(1, 1),
        new Entry.ToolDone(2, "c1", reran.outcome(), List.of(), true, null),
        Entries.answers(3));

    var result = Json.MAPPER.readValue(end(log, Ending.answered("Done.")).body(), JobResult.class);

    assertThat(result.repeated()).isEqualTo(new JobResult.Repeated(1, 1));
    assertThat(result.usage()).isEqualTo(new JobResult.Used(200, 20, 2, 1, 0.5));
  }
}
