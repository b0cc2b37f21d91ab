package dev.millrace.session.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Unavailable;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Display;
import dev.millrace.session.Execution;
import dev.millrace.session.LiveOutput;
import dev.millrace.session.Past;
import dev.millrace.session.Rebuilt;
import dev.millrace.session.rest.ApiVersion;
import dev.millrace.session.rest.ScriptedPool;
import dev.millrace.session.rest.ScriptedPool.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A code session on what pools of each kind answer. */
class RestSessionTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Reply DONE =
      Reply.of(200, "{'id': 'e1', 'status': 'Succeeded', 'result': {'stdout': 'done'}}");
  private static final Reply RUNNING = Reply.of(202, "{'id': 'e1', 'status': 'Running'}");
  private static final Reply STARTED = Reply.of(202, "{'status': 'Running'}");
  private static final Reply CANCELED = Reply.of(200, "{'id': 'e1', 'status': 'Canceled'}");
  private static final Reply UNKNOWN =
      Reply.of(404, "{'error': {'code': 'ExecutionNotFound', 'message': 'not run here'}}");
  private static final Reply UNSAID = Reply.of(404, "{'error': {'code': 'NotFound'}}");
  private static final Reply MORNING = session("2026-11-21T09:00:00Z");
  private static final Reply NO_SESSION =
      Reply.of(404, "{'error': {'code': 'SessionNotFound', 'message': 'no session'}}");

  private final List<SessionBench> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(SessionBench::close);
  }

  private SessionBench bench(PoolKind kind) throws IOException {
    var bench = SessionBench.of(kind);
    open.add(bench);
    return bench;
  }

  // --- running, and how long

  @Test
  void code_that_may_take_longer_than_a_request_is_asked_about_until_it_ends() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("POST /executions", RUNNING)
        .on("GET /executions/e1", RUNNING, RUNNING, Reply.of(503, ""), DONE);

    Execution execution = bench.session().run("e1", "train()", Duration.ofMinutes(10));

    assertThat(execution.outcome().stdout()).isEqualTo("done");
    assertThat(bench.pool.asked().getFirst().body()).contains("Asynchronous", "600");
    assertThat(bench.pool.whats()).hasSize(5);
  }

  @Test
  void an_execution_goes_by_the_name_that_the_pool_gave_it() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("POST /executions", 202, "{'id': 'own-name', 'status': 'Running'}")
        .on("GET /executions/own-name", DONE);

    assertThat(bench.session().run("e1", "1", Duration.ofMinutes(10)).outcome().error()).isNull();
  }

  @Test
  void azures_own_pool_is_never_asked_for_more_time_than_it_gives() throws IOException {
    var bench = bench(PoolKind.BUILT_IN);
    prepared(bench).on("GET /executions/e1", UNKNOWN, DONE).on("POST /executions", DONE, RUNNING);

    bench.session().run("e1", "1", Duration.ofHours(1));

    assertThat(bench.pool.asked().getLast().what()).isEqualTo("GET /executions/e1");
    assertThat(bench.pool.asked())
        .anyMatch(asked -> asked.body().contains("\"timeoutInSeconds\":220"));
  }

  @Test
  void code_that_never_ends_is_stopped_in_the_end() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("POST /executions", RUNNING)
        .on("GET /executions/e1", RUNNING)
        .on("DELETE /executions/e1", 204, "");

    Execution execution = bench.session().run("e1", "while True: pass", Duration.ofMinutes(5));

    assertThat(execution.outcome().error())
        .isEqualTo("stopped after 300 seconds, the longest allowed.");
    assertThat(bench.pool.whats()).contains("DELETE /executions/e1");
  }

  @Test
  void a_session_that_is_lost_while_code_runs_is_unavailable() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("POST /executions", RUNNING).on("GET /executions/e1", UNKNOWN);

    assertThatThrownBy(() -> bench.session().run("e1", "1", Duration.ofMinutes(5)))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("lost while code ran");
  }

  @Test
  void code_that_somebody_canceled_runs_anew_under_another_name() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("POST /executions", CANCELED, DONE);

    assertThat(bench.session().run("e1", "1", MINUTE).outcome().stdout()).isEqualTo("done");
    assertThat(bench.pool.asked().getLast().headers()).containsEntry("operation-id", "e1.again-1");
  }

  @Test
  void azures_own_pool_is_asked_first_whether_the_code_has_run() throws IOException {
    var bench = bench(PoolKind.BUILT_IN);
    prepared(bench).on("GET /executions/e1", DONE).on("POST /executions", DONE);

    assertThat(bench.session().run("e1", "launch()", MINUTE).outcome().stdout()).isEqualTo("done");
    assertThat(bench.pool.asked()).noneMatch(asked -> asked.body().contains("launch()"));
  }

  @Test
  void what_code_prints_is_told_while_it_runs() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on(
            "GET /executions/e1/stream",
            new Reply(
                200,
                """
                id: 1
                event: stdout
                data: {"text": "one\\n"}

                : still running

                id: 2
                event: stderr
                data: {"text": "oh"}

                id: 3
                event: end
                data: {"id": "e1", "status": "Succeeded"}

                """,
                java.util.Map.of("Content-Type", "text/event-stream")))
        .on("POST /executions", RUNNING)
        .on("GET /executions/e1", DONE);
    var told = new ArrayList<String>();

    bench.session().run("e1", "1", MINUTE, (stream, text) -> told.add(stream + " " + text));

    assertThat(told).containsExactly("STDOUT one\n", "STDERR oh");
  }

  @Test
  void a_pool_that_cannot_be_watched_answers_all_the_same() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("GET /executions/e1/stream", Reply.cut())
        .on("POST /executions", RUNNING)
        .on("GET /executions/e1", DONE);
    LiveOutput live = (stream, text) -> {};

    assertThat(bench.session().run("e1", "1", MINUTE, live).outcome().stdout()).isEqualTo("done");
  }

  // --- interrupts

  @Test
  void an_interrupt_stops_the_code() throws Exception {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("POST /executions", Reply.never()).on("DELETE /executions/e1", 204, "");

    assertThat(interrupted(bench, "POST /executions")).isInstanceOf(Unavailable.class);

    assertThat(bench.pool.whats()).containsExactly("POST /executions", "DELETE /executions/e1");
  }

  @Test
  void where_code_cannot_be_stopped_the_session_is_ended() throws Exception {
    var bench = bench(PoolKind.BUILT_IN);
    prepared(bench)
        .on("GET /executions/e1", Reply.never())
        .on("POST /executions", DONE)
        .on("DELETE /session", 204, "");

    interrupted(bench, "GET /executions/e1");

    assertThat(bench.pool.whats()).endsWith("GET /executions/e1", "DELETE /session");
  }

  private static Throwable interrupted(SessionBench bench, String when) throws Exception {
    var thrown = new CompletableFuture<Throwable>();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    bench.session().run("e1", "1", MINUTE);
                    thrown.completeExceptionally(new AssertionError("it was not interrupted"));
                  } catch (RuntimeException e) {
                    thrown.complete(
                        Thread.currentThread().isInterrupted() ? e : new AssertionError());
                  }
                });
    await(() -> bench.pool.whats().contains(when));
    caller.interrupt();
    return thrown.get(30, TimeUnit.SECONDS);
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  // --- finding

  @Test
  void an_execution_begun_earlier_is_waited_for() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("GET /executions/e1", RUNNING, RUNNING, DONE);

    assertThat(found(bench)).isPresent();
  }

  @Test
  void an_execution_that_our_executor_does_not_know_is_absent() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("GET /executions/e1", UNKNOWN);

    assertThat(found(bench)).isEmpty();
  }

  @Test
  void an_execution_that_was_canceled_is_absent() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("GET /executions/e1", CANCELED).on("GET /executions/e1.again-1", UNKNOWN);

    assertThat(found(bench)).isEmpty();
  }

  @Test
  void an_execution_whose_outcome_was_let_go_is_not_run_again() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on(
        "GET /executions/e1", 410, "{'error': {'code': 'x', 'message': 'no longer kept'}}");

    assertThat(found(bench).orElseThrow().outcome().error()).isEqualTo("no longer kept");
  }

  @Test
  void a_session_younger_than_the_announcement_did_not_begin_it() throws IOException {
    var bench = bench(PoolKind.BUILT_IN);
    bench.pool.on("GET /executions/e1", UNSAID).on("GET /session", session("2026-11-21T12:00:01Z"));

    assertThat(found(bench)).isEmpty();
  }

  @Test
  void no_session_at_all_did_not_begin_it_either() throws IOException {
    var bench = bench(PoolKind.BUILT_IN);
    bench.pool.on("GET /executions/e1", UNSAID).on("GET /session", NO_SESSION);

    assertThat(found(bench)).isEmpty();
  }

  @Test
  void an_older_session_may_have_begun_it_so_nobody_can_tell() throws IOException {
    var bench = bench(PoolKind.BUILT_IN);
    bench.pool.on("GET /executions/e1", UNSAID).on("GET /session", MORNING);

    assertThatThrownBy(() -> found(bench)).isInstanceOf(Unavailable.class);
  }

  @Test
  void a_version_that_says_nothing_of_sessions_cannot_tell() throws IOException {
    try (var older = new SessionBench(PoolKind.BUILT_IN, new ApiVersion("2024-10-02-preview"))) {
      older.pool.on("GET /executions/e1", UNSAID);

      assertThatThrownBy(() -> found(older)).isInstanceOf(Unavailable.class);
    }
  }

  private static java.util.Optional<Execution> found(SessionBench bench) {
    return bench.session().find("e1", NOON);
  }

  // --- figures of Azure's own pool

  @Test
  void every_figure_of_azures_own_pool_is_fetched() throws IOException {
    String name = "millrace-figure-" + "a".repeat(32) + ".png";
    var bench = bench(PoolKind.BUILT_IN);
    prepared(bench)
        .on("GET /executions/e1", UNKNOWN)
        .on(
            "POST /executions",
            DONE,
            Reply.of(
                200,
                "{'status': 'Succeeded', 'result': {'stdout': 'before\\n\\n[millrace figure "
                    + name
                    + "]\\nafter'}}"))
        .on("GET /files/" + name + "/content", 200, "picture");

    Execution execution = bench.session().run("e1", "plot()", MINUTE);

    assertThat(execution.outcome().stdout()).isEqualTo("before\nafter");
    assertThat(execution.displays())
        .extracting(display -> new String(display.png().orElseThrow()))
        .containsExactly("picture");
    assertThat(bench.pool.whats()).endsWith("DELETE /files/" + name);
  }

  @Test
  void azures_own_pool_is_prepared_once_in_each_session() throws IOException {
    var bench = bench(PoolKind.BUILT_IN);
    prepared(bench).on("GET /executions/e", UNKNOWN).on("POST /executions", DONE);
    CodeSession session = bench.session();

    session.run("e1", "1", MINUTE);
    session.run("e2", "2", MINUTE);
    bench.pool.on("GET /session", session("2026-11-21T11:00:00Z"));
    session.run("e3", "3", MINUTE);

    assertThat(bench.pool.asked().stream().filter(asked -> asked.body().contains("savefig")))
        .hasSize(2);
  }

  /** Nothing has run under any name, and the session is there. */
  private static ScriptedPool prepared(SessionBench bench) {
    return bench.pool.on("GET /session", MORNING).on("GET /executions/figures-*", UNKNOWN);
  }

  @Test
  void the_last_value_of_azures_own_pool_may_be_a_figure() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on(
        "POST /executions",
        200,
        "{'status': 'succeeded', 'result': {'stdout': '', 'executionResult':"
            + " {'type': 'image', 'format': 'png', 'base64_data': 'cGljdHVyZQ=='}}}");

    Execution execution = bench.session().run("e1", "plot()", MINUTE);

    assertThat(execution.outcome().result()).isNull();
    assertThat(execution.displays()).containsExactly(Display.png("cGljdHVyZQ=="));
  }

  // --- files

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/x", "../x", "a/../../x", "a//b", "a\\b", "a\nb", "a/", "."})
  void a_file_cannot_be_put_anywhere_else(String path) throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    assertThatThrownBy(() -> bench.session().put(path, () -> new ByteArrayInputStream(new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(bench.pool.asked()).isEmpty();
  }

  // --- the end

  @Test
  void a_container_is_stopped() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("POST /.management/stopSession", 200, "stopped");

    bench.session().release();

    assertThat(bench.pool.whats()).containsExactly("POST /.management/stopSession");
  }

  @Test
  void where_containers_cannot_be_stopped_the_session_is_deleted() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("DELETE /session", 204, "");

    bench.session().release();

    assertThat(bench.pool.whats())
        .containsExactly("POST /.management/stopSession", "DELETE /session");
  }

  @Test
  void releasing_what_does_not_exist_does_nothing() throws IOException {
    var bench = bench(PoolKind.BUILT_IN);

    bench.session().release();

    assertThat(bench.pool.whats()).containsExactly("DELETE /session");
  }

  // --- lost and built again

  private static final Past PAST =
      new Past(
          List.of(
              new Past.File("in.csv", () -> new ByteArrayInputStream(new byte[] {'o'})),
              new Past.File("in.csv", () -> new ByteArrayInputStream(new byte[] {'n'}))),
          List.of(
              new Past.Cell("a", "x = 1", NOON.minusSeconds(60)),
              new Past.Cell("b", "\ny = x", NOON.minusSeconds(30))));

  @Test
  void a_session_older_than_its_last_cell_is_whole() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench.pool.on("GET /session", MORNING).on("POST /executions", DONE);

    assertThat(bench.session(PAST).run("e1", "y", MINUTE).rebuilt()).isNull();
    assertThat(bench.pool.whats()).containsExactly("GET /session", "POST /executions");
  }

  @Test
  void a_lost_session_gets_its_files_and_cells_back_before_code_runs() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("GET /session", NO_SESSION, session("2026-11-21T12:00:00Z"))
        .on("GET /executions/*", UNKNOWN)
        .on("POST /files", 200, "{'name': 'in.csv'}")
        .on("POST /executions", DONE);

    Execution execution = bench.session(PAST).run("e1", "y", MINUTE);

    assertThat(execution.rebuilt()).isEqualTo(new Rebuilt(List.of("a", "b"), List.of()));
    assertThat(bench.pool.asked())
        .filteredOn(asked -> asked.what().startsWith("POST"))
        .extracting(asked -> asked.headers().getOrDefault("operation-id", asked.what()))
        .containsExactly(
            "open-1795262400000",
            "POST /files",
            "a.replay-1795262400000",
            "b.replay-1795262400000",
            "e1");
    assertThat(bench.pool.asked()).anyMatch(asked -> asked.body().contains("\r\n\r\nn\r\n--"));
  }

  @Test
  void a_session_that_was_built_again_is_not_built_once_more() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("GET /session", session("2026-11-21T12:00:00Z"))
        .on("GET /executions/b.replay-1795262400000", DONE)
        .on("POST /executions", DONE);

    assertThat(bench.session(PAST).run("e1", "y", MINUTE).rebuilt()).isNull();
    assertThat(bench.pool.whats().stream().filter(what -> what.startsWith("POST"))).hasSize(1);
  }

  @Test
  void what_cannot_be_brought_back_is_named() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("GET /session", session("2026-11-21T12:00:00Z"))
        .on("GET /executions/*", UNKNOWN)
        .on("POST /files", 413, "{'error': {'message': 'too large'}}")
        .on(
            "POST /executions",
            DONE,
            Reply.of(200, "{'status': 'Failed', 'error': {'message': 'NameError: x'}}"),
            DONE);

    Rebuilt rebuilt = bench.session(PAST).run("e1", "y", MINUTE).rebuilt();

    assertThat(rebuilt.replayed()).containsExactly("a");
    assertThat(rebuilt.gone()).extracting(Rebuilt.Gone::what).containsExactly("in.csv", "y = x");
    assertThat(rebuilt.text())
        .contains(
            "earlier cells that were replayed: 1", "in.csv (", "too large", "y = x (NameError: x)");
  }

  @Test
  void replaying_ends_after_a_minute() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    var late = new Past(PAST.files(), slowCells());
    bench
        .pool
        .on("GET /session", session("2026-11-21T12:00:00Z"))
        .on("GET /executions/c*", UNKNOWN, STARTED)
        .on("DELETE /executions/*", 204, "")
        .on("POST /files", 200, "{'name': 'in.csv'}")
        .on("POST /executions", STARTED, DONE);

    Rebuilt rebuilt = bench.session(late).run("e1", "y", MINUTE).rebuilt();

    assertThat(rebuilt.replayed()).isEmpty();
    assertThat(rebuilt.gone())
        .extracting(Rebuilt.Gone::why)
        .first()
        .isEqualTo("stopped after 60 seconds, the longest allowed.");
    assertThat(rebuilt.gone().getLast().why()).startsWith("no time was left for it");
    assertThat(bench.pool.asked())
        .filteredOn(asked -> asked.what().equals("POST /executions"))
        .hasSize(2);
  }

  private static List<Past.Cell> slowCells() {
    return List.of(
        new Past.Cell("c1", "slow()", NOON.minusSeconds(60)),
        new Past.Cell("c2", "slow()", NOON.minusSeconds(30)));
  }

  @Test
  void a_new_session_has_the_files_of_its_past() throws IOException {
    var bench = bench(PoolKind.CUSTOM);
    bench
        .pool
        .on("GET /session", NO_SESSION)
        .on("POST /files", 200, "{'name': 'in.csv'}")
        .on("POST /executions", DONE);

    Execution execution = bench.session(new Past(PAST.files(), List.of())).run("e1", "y", MINUTE);

    assertThat(execution.rebuilt()).isNull();
    assertThat(bench.pool.whats())
        .containsExactly("GET /session", "POST /files", "POST /executions");
  }

  private static Reply session(String createdAt) {
    return Reply.of(200, "{'createdAt': '" + createdAt + "', 'etag': 'a'}");
  }
}
