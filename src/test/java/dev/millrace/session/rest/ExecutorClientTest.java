package dev.millrace.session.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Unavailable;
import dev.millrace.session.Execution;
import dev.millrace.session.Listing;
import dev.millrace.session.SessionFile;
import dev.millrace.session.rest.Answers.Progress;
import dev.millrace.session.rest.ScriptedPool.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a pool's answers are read, and what is tried again. */
class ExecutorClientTest {
  private static final String IDENTIFIER = "0123456789abcdef";
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Reply DONE =
      Reply.of(200, "{'id': 'e1', 'status': 'Succeeded', 'result': {'stdout': '63\\n'}}");
  private static final Reply FULL =
      Reply.of(404, "{'error': {'code': 'SessionPoolFull', 'message': 'all 2 are in use'}}");
  private static final Reply UNKNOWN =
      Reply.of(404, "{'error': {'code': 'ExecutionNotFound', 'message': 'not run here'}}");
  private static final Reply SESSION =
      Reply.of(200, "{'createdAt': '2026-11-21T11:00:00.5Z', 'etag': 'a'}");

  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(ApiVersion.NEWEST);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void every_call_names_the_version_and_the_session_and_shows_the_token()
      throws InterruptedException {
    bench.pool.on("POST /executions", DONE);

    Execution execution = run();

    assertThat(execution.outcome().stdout()).isEqualTo("63\n");
    var asked = bench.pool.asked().getFirst();
    assertThat(asked.query())
        .containsEntry("api-version", "2025-10-02-preview")
        .containsEntry("identifier", IDENTIFIER);
    assertThat(asked.headers())
        .containsEntry("authorization", "Bearer token-1")
        .containsEntry("operation-id", "e1");
    assertThat(asked.body())
        .isEqualTo(
            "{\"codeInputType\":\"Inline\",\"executionType\":\"Synchronous\",\"code\":\"print(7*9)\","
                + "\"timeoutInSeconds\":60,\"outputStreamsMaxLength\":1048576}");
  }

  @Test
  void a_full_pool_is_asked_again_after_growing_pauses() throws InterruptedException {
    bench.pool.on("POST /executions", FULL, FULL, FULL, DONE);

    run();

    assertThat(bench.pauses.all())
        .containsExactly(Duration.ofMillis(150), Duration.ofMillis(300), Duration.ofMillis(600));
  }

  @Test
  void any_404_to_code_is_a_pool_without_room() throws InterruptedException {
    bench.pool.on("POST /executions", Reply.of(404, "no JSON"), DONE);

    assertThat(run().outcome().error()).isNull();
  }

  @Test
  void a_pool_that_says_when_is_asked_then() throws InterruptedException {
    bench.pool.on("POST /executions", Reply.of(429, "").with("Retry-After", "7"), DONE);

    run();

    assertThat(bench.pauses.all()).containsExactly(Duration.ofSeconds(7));
  }

  @Test
  void the_patience_ends() {
    bench.pool.on("POST /executions", FULL);

    assertThatThrownBy(this::run)
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("no room: all 2 are in use");
    assertThat(bench.pauses.all().stream().reduce(Duration.ZERO, Duration::plus))
        .isLessThanOrEqualTo(Bench.PATIENCE);
  }

  @Test
  void a_pool_that_wants_to_be_left_alone_for_longer_than_the_patience_is() {
    bench.pool.on("GET /session", Reply.of(503, "").with("Retry-After", "120"));

    assertThatThrownBy(() -> bench.client.session(IDENTIFIER)).isInstanceOf(Unavailable.class);
    assertThat(bench.pauses.all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 408})
  void a_fault_of_the_pool_is_tried_again(int status) throws InterruptedException {
    bench.pool.on("GET /session", Reply.of(status, "<html>"), SESSION);

    assertThat(bench.client.session(IDENTIFIER).orElseThrow().createdAt()).isNotNull();
  }

  @Test
  void an_expired_token_is_replaced_once() throws InterruptedException {
    bench.pool.on("POST /executions", Reply.of(401, ""), DONE);

    run();

    assertThat(bench.pool.asked().getLast().headers())
        .containsEntry("authorization", "Bearer token-2");
  }

  @Test
  void a_token_that_is_never_taken_is_said() {
    bench.pool.on("POST /executions", Reply.of(401, ""));

    assertThatThrownBy(this::run).isInstanceOf(Unavailable.class).hasMessageContaining("(401)");
    assertThat(bench.pool.asked()).hasSize(2);
  }

  @Test
  void who_lacks_the_role_is_told_its_name() {
    bench.pool.on("POST /executions", 403, "{'error': {'code': 'Forbidden', 'message': 'no'}}");

    assertThatThrownBy(this::run)
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("Azure ContainerApps Session Executor");
    assertThat(bench.pauses.all()).isEmpty();
  }

  @Test
  void an_answer_that_was_lost_is_asked_for_and_the_code_not_sent_again()
      throws InterruptedException {
    bench.pool.on("POST /executions", Reply.cut()).on("GET /executions/e1", DONE);

    assertThat(run().outcome().stdout()).isEqualTo("63\n");
    assertThat(bench.pool.whats()).containsExactly("POST /executions", "GET /executions/e1");
  }

  @Test
  void code_that_certainly_did_not_begin_is_sent_again() throws InterruptedException {
    bench
        .pool
        .on("POST /executions", Reply.of(502, ""), DONE)
        .on("GET /executions/e1", UNKNOWN)
        .on("GET /session", SESSION);

    run();

    assertThat(bench.pool.whats().stream().filter("POST /executions"::equals)).hasSize(2);
  }

  @Test
  void code_is_not_sent_into_the_empty_successor_of_a_lost_session() {
    bench
        .pool
        .on("POST /executions", Reply.cut())
        .on("GET /executions/e1", UNKNOWN)
        .on("GET /session", 200, "{'createdAt': '2026-11-21T12:00:01Z'}");

    assertThatThrownBy(this::run).isInstanceOf(Unavailable.class);
    assertThat(bench.pool.whats().stream().filter("POST /executions"::equals)).hasSize(1);
  }

  @Test
  void where_nobody_can_tell_whether_code_began_it_is_not_sent_again() {
    bench
        .pool
        .on("POST /executions", Reply.of(500, ""))
        .on("GET /executions/e1", 404, "{'error': {'code': 'Whatever', 'message': ''}}")
        .on("GET /session", SESSION);

    assertThatThrownBy(this::run)
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("cannot be told whether the code ran");
    assertThat(bench.pool.whats().stream().filter("POST /executions"::equals)).hasSize(1);
  }

  @Test
  void nobody_there_is_unavailable() {
    bench.pool.close();

    assertThatThrownBy(this::run)
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("cannot be reached");
  }

  @Test
  void what_is_no_session_pool_is_not_taken_for_one() {
    bench.pool.on("POST /executions", 200, "<html>Welcome!</html>");

    assertThatThrownBy(this::run).isInstanceOf(Unavailable.class).hasMessageContaining("no JSON");
  }

  @Test
  void what_the_pool_refuses_is_said_in_its_words() {
    bench.pool.on("POST /executions", 413, "{'error': {'code': 'TooLarge', 'message': '2 MB!'}}");

    assertThatThrownBy(this::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("refused to run code (413): 2 MB!");
  }

  @Test
  void a_file_is_sent_from_its_beginning_at_every_try() throws InterruptedException {
    bench.pool.on("POST /files", Reply.of(503, ""), Reply.of(200, "{'name': 'a.csv'}"));

    bench
        .client
        .files()
        .upload(
            IDENTIFIER,
            "plots/a \"1\".csv",
            () -> new ByteArrayInputStream("x,y".getBytes(StandardCharsets.UTF_8)));

    var asked = bench.pool.asked();
    assertThat(asked).hasSize(2);
    assertThat(asked.getLast().query()).containsEntry("path", "plots");
    assertThat(asked.getLast().body())
        .contains("filename=\"a \\\"1\\\".csv\"", "\r\n\r\nx,y\r\n--");
  }

  @Test
  void a_listing_goes_on_where_its_link_says_but_nowhere_else() throws InterruptedException {
    bench.pool.on(
        "GET /files",
        Reply.of(
            200,
            "{'value': [{'name': 'a.csv', 'type': 'File', 'sizeInBytes': 3}],"
                + " 'nextLink': 'https://evil.example/x?skip=1&identifier=other'}"),
        Reply.of(
            200,
            "{'value': [{'name': 'b.csv', 'type': 'file', 'sizeInBytes': 4,"
                + " 'lastModifiedAt': '2026-11-21T11:00:00Z', 'directory': '/mnt/data/out'}]}"));

    assertThat(bench.client.files().list(IDENTIFIER).files())
        .extracting(SessionFile::path)
        .containsExactly("a.csv", "out/b.csv");
    assertThat(bench.pool.asked().getLast().query())
        .containsEntry("skip", "1")
        .containsEntry("identifier", IDENTIFIER);
  }

  @Test
  void a_listing_of_which_one_page_is_incomplete_is_incomplete() throws InterruptedException {
    bench.pool.on(
        "GET /files",
        Reply.of(
            200, "{'value': [{'name': 'a.csv'}], 'incomplete': true, 'nextLink': '/x?skip=1'}"),
        Reply.of(200, "{'value': [{'name': 'b.csv'}]}"));

    Listing listing = bench.client.files().list(IDENTIFIER);

    assertThat(listing.complete()).isFalse();
    assertThat(listing.files()).extracting(SessionFile::path).containsExactly("a.csv", "b.csv");
  }

  @Test
  void an_older_pool_is_asked_for_each_directory() throws Exception {
    try (var older = new Bench(new ApiVersion("2025-02-02-preview"))) {
      older.pool.on(
          "GET /files",
          Reply.of(200, "{'value': [{'name': 'out', 'type': 'Directory'}, {'name': 'a.csv'}]}"),
          Reply.of(200, "{'value': [{'name': 'b.csv'}]}"));

      assertThat(older.client.files().list(IDENTIFIER).files())
          .extracting(SessionFile::path)
          .containsExactly("a.csv", "out/b.csv");
      assertThat(older.pool.asked().getLast().query()).containsEntry("path", "out");
    }
  }

  @Test
  void an_older_pool_is_not_sent_what_it_does_not_know() throws Exception {
    try (var older = new Bench(new ApiVersion("2024-10-02-preview"))) {
      older.pool.on("POST /executions", DONE);

      run(older);

      assertThat(older.pool.asked().getFirst().body()).doesNotContain("outputStreamsMaxLength");
    }
  }

  @Test
  void a_session_that_has_gone_has_no_files() throws InterruptedException {
    bench.pool.on("GET /files", 404, "{'error': {'code': 'SessionNotFound', 'message': ''}}");

    assertThat(bench.client.files().list(IDENTIFIER).files()).isEqualTo(List.of());
  }

  @Test
  void a_file_that_cannot_be_removed_now_is_named() {
    bench.pool.on("DELETE /files/a.png", Reply.of(503, ""));

    assertThatThrownBy(() -> bench.client.files().remove(IDENTIFIER, "plots/a.png"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("could not remove the file plots/a.png of the session");
    assertThat(bench.pool.whats()).hasSize(1);
  }

  private Execution run() throws InterruptedException {
    return run(bench);
  }

  private static Execution run(Bench on) throws InterruptedException {
    var progress =
        on.client.execute(IDENTIFIER, "e1", "print(7*9)", MINUTE, false, on.clock.instant());
    return ((Progress.Ended) progress).execution();
  }
}
