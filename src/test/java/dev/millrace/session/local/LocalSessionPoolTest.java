package dev.millrace.session.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.millrace.Json;
import dev.millrace.Needs;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Execution;
import dev.millrace.session.Past;
import dev.millrace.session.Rebuilt;
import dev.millrace.session.SessionFile;
import dev.millrace.session.SessionPool.Holder;
import dev.millrace.session.SessionPoolContract;
import dev.millrace.session.SessionSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * The real executor, started as a process. The tests share one, each with sessions of its own; who
 * kills it waits until it is there again.
 */
class LocalSessionPoolTest extends SessionPoolContract {
  private static final Path PYTHON = Path.of(".venv/bin/python").toAbsolutePath();

  /** More than all tests together make, for a session that nobody releases stays. */
  private static final int ROOM = 200;

  private static final Secret SECRET = new Secret(new byte[32]);
  private static final InstantSource CLOCK = InstantSource.system();

  private static final Queue<String> logged = new ConcurrentLinkedQueue<>();
  private static final AppenderBase<ILoggingEvent> listener =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          logged.add(event.getFormattedMessage() + " " + event.getKeyValuePairs());
          for (IThrowableProxy t = event.getThrowableProxy(); t != null; t = t.getCause()) {
            logged.add(String.valueOf(t.getMessage()));
          }
        }
      };

  private static final Queue<String> identifiers = new ConcurrentLinkedQueue<>();
  private static LocalSessionPool pool;

  @BeforeAll
  static void start() {
    Needs.present("the Python of the executor", Files.exists(PYTHON), "executor/prepare");
    Logger ours = (Logger) LoggerFactory.getLogger("dev.millrace.session");
    ours.setLevel(Level.TRACE);
    listener.start();
    ours.addAppender(listener);
    pool = start(ROOM);
  }

  /** After everything that went well and wrong above. */
  @AfterAll
  static void no_identifier_and_no_token_was_ever_logged() {
    if (pool == null) {
      return;
    }
    String token = pool.door().token();
    pool.close();
    ((Logger) LoggerFactory.getLogger("dev.millrace.session")).detachAppender(listener);
    assertThat(identifiers).isNotEmpty();
    assertThat(logged).anyMatch(line -> line.contains("ready"));
    assertThat(logged).noneMatch(line -> line.contains(token));
    assertThat(logged).noneMatch(line -> identifiers.stream().anyMatch(line::contains));
  }

  private static LocalSessionPool start(int sessions) {
    return LocalSessionPool.start(settings(sessions), PYTHON, SECRET, Json.MAPPER, CLOCK);
  }

  private static SessionSettings.Local settings(int sessions) {
    return new SessionSettings.Local(null, 512, 64, sessions, Duration.ofMinutes(5), false);
  }

  /** Two virtual ones would hold all carriers of a machine of two cores for as long as it lives. */
  @Test
  void what_reads_its_pipes_holds_no_carrier_of_virtual_threads() {
    pool.door();

    assertThat(Thread.getAllStackTraces().keySet()) // knows no virtual threads
        .extracting(Thread::getName)
        .contains("executor-stdout", "executor-stderr");
  }

  @Override
  protected CodeSession session(String story) {
    return pool.session(holder());
  }

  private static Holder holder() {
    var holder = new Holder(new Owner("t", "anna"), "analyst", UUID.randomUUID().toString());
    identifiers.add(holder.identifier(SECRET));
    return holder;
  }

  @Test
  void the_token_is_nowhere_that_others_can_read() throws IOException {
    String token = pool.door().token();
    var executor = ProcessHandle.of(pool.pid()).orElseThrow();

    assertThat(Files.readString(Path.of("/proc/" + executor.pid() + "/cmdline")))
        .contains("executor")
        .doesNotContain(token);
    assertThat(Files.readString(Path.of("/proc/" + executor.pid() + "/environ")))
        .contains("PATH=")
        .doesNotContain(token)
        .doesNotContain("JAVA_HOME");
  }

  @Test
  void who_has_no_token_gets_nothing() throws Exception {
    URI uri =
        pool.door().endpoint().resolve("/session?identifier=abcd&api-version=2025-10-02-preview");
    try (var http = HttpClient.newHttpClient()) {
      var answer =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(401);
    }
  }

  @Test
  void two_holders_see_nothing_of_each_other() {
    var mine = pool.session(holder());
    var theirs = pool.session(holder());

    run(mine, "x = 1; open('/mnt/data/x', 'w').close()");

    assertThat(run(theirs, "'x' in dir()").outcome().result()).isEqualTo("False");
    assertThat(theirs.files().files()).isEmpty();
  }

  @Test
  void files_that_code_makes_are_listed_wherever_they_are() throws IOException {
    var session = pool.session(holder());

    run(
        session,
        "import os\nos.makedirs('/mnt/data/a/b')\nopen('/mnt/data/a/b/ü.txt','w').write('7')");

    assertThat(session.files().files()).extracting(SessionFile::path).containsExactly("a/b/ü.txt");
    assertThat(text(session, "a/b/ü.txt")).isEqualTo("7");
  }

  @Test
  void every_figure_comes_in_order() {
    Execution execution =
        run(
            pool.session(holder()),
            "import matplotlib.pyplot as plt\n"
                + "for n in range(3):\n"
                + "  plt.figure()\n"
                + "  plt.plot([n])\n"
                + "plt.show()");

    assertThat(execution.displays())
        .hasSize(3)
        .allSatisfy(each -> assertThat(each.png().orElseThrow()).startsWith(0x89, 'P', 'N', 'G'));
  }

  @Test
  void output_beyond_the_limit_is_cut_and_said_to_be() {
    var outcome = run(pool.session(holder()), "print('x' * 3_000_000)").outcome();

    assertThat(outcome.truncated()).isTrue();
    assertThat(outcome.stdout().length()).isLessThan(1_100_000);
  }

  @Test
  void what_code_prints_is_told_while_it_runs() {
    var session = pool.session(holder());
    var told = new StringBuilder();

    Execution execution =
        session.run("e", "print('one')\nprint('two')", MINUTE, (stream, text) -> told.append(text));

    assertThat(told).hasToString("one\ntwo\n");
    assertThat(execution.outcome().stdout()).isEqualTo("one\ntwo\n");
  }

  @Test
  void an_interrupt_stops_the_code_and_the_session_goes_on() throws Exception {
    var holder = holder();
    var session = pool.session(holder);
    run(session, "kept = 1");
    var thrown = new CompletableFuture<RuntimeException>();
    var running = new CountDownLatch(1);
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    session.run(
                        "long",
                        "print('begun', flush=True)\nimport time\ntime.sleep(100)",
                        MINUTE,
                        (stream, text) -> running.countDown());
                  } catch (RuntimeException e) {
                    thrown.complete(e);
                  }
                });
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

    caller.interrupt();

    assertThat(thrown.get(60, TimeUnit.SECONDS)).isInstanceOf(Unavailable.class);
    var later = pool.session(holder);
    assertThat(later.run("next", "kept", MINUTE).outcome().result()).isEqualTo("1");
    assertThat(later.find("long", Instant.EPOCH)).isEmpty();
  }

  /** As a worker does that takes over from another. */
  @Test
  void an_execution_in_flight_is_found_and_waited_for_by_another() throws Exception {
    var holder = holder();
    var running = new CountDownLatch(1);
    var first = new CompletableFuture<Execution>();
    Thread.ofVirtual()
        .start(
            () ->
                first.complete(
                    pool.session(holder)
                        .run(
                            "e",
                            "print('begun', flush=True)\nimport time\ntime.sleep(0.5)\n41 + 1",
                            MINUTE,
                            (stream, text) -> running.countDown())));
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

    Optional<Execution> found = pool.session(holder).find("e", Instant.EPOCH);

    assertThat(found.orElseThrow().outcome().result()).isEqualTo("42");
    assertThat(first.get(60, TimeUnit.SECONDS).outcome().result()).isEqualTo("42");
  }

  @Test
  void a_killed_executor_is_started_again_and_its_sessions_are_built_again() {
    var holder = holder();
    run(pool.session(holder), "x = 20");
    long before = pool.pid();
    var end = CLOCK.instant();

    ProcessHandle.of(before).orElseThrow().destroyForcibly();
    await(() -> pool.pid() > 0 && pool.pid() != before);

    var past =
        new Past(
            List.of(new Past.File("in.txt", content("22"))),
            List.of(
                new Past.Cell("a", "x = 20", end),
                new Past.Cell("b", "broken()", end),
                new Past.Cell("c", "y = int(open('/mnt/data/in.txt').read())", end)));
    Execution execution = pool.session(holder, past).run("d", "x + y", MINUTE);
    Execution next = pool.session(holder, past).run("e", "x + y", MINUTE);

    assertThat(execution.outcome().result()).isEqualTo("42");
    Rebuilt rebuilt = execution.rebuilt();
    assertThat(rebuilt.replayed()).containsExactly("a", "c");
    assertThat(rebuilt.gone()).extracting(Rebuilt.Gone::what).containsExactly("broken()");
    assertThat(next.rebuilt()).isNull();
    assertThat(pool.session(holder).find("a", end)).isEmpty();
  }

  @Test
  void code_that_runs_when_the_executor_dies_is_unavailable() throws Exception {
    var thrown = new CompletableFuture<RuntimeException>();
    var running = new CountDownLatch(1);
    var holder = holder();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                pool.session(holder)
                    .run(
                        "long",
                        "print(1, flush=True)\nimport time\ntime.sleep(100)",
                        MINUTE,
                        (stream, text) -> running.countDown());
              } catch (RuntimeException e) {
                thrown.complete(e);
              }
            });
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

    ProcessHandle.of(pool.pid()).orElseThrow().destroyForcibly();

    assertThat(thrown.get(60, TimeUnit.SECONDS)).isInstanceOf(Unavailable.class);
    assertThat(pool.session(holder).find("long", CLOCK.instant())).isEmpty();
  }

  @Test
  void a_full_pool_says_so_and_a_closed_one_leaves_no_process() throws Exception {
    List<ProcessHandle> family = new ArrayList<>();
    try (var small = start(1)) {
      run(small.session(holder()), "import subprocess\nsubprocess.Popen(['sleep', '1000'])");
      family.addAll(ProcessHandle.of(small.pid()).orElseThrow().descendants().toList());
      family.add(ProcessHandle.of(small.pid()).orElseThrow());

      assertThat(refusal(small)).contains("SessionPoolFull");
    }

    assertThat(family).hasSizeGreaterThan(2);
    await(() -> family.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** What it answers to code for one session more than it has room for. */
  private static String refusal(LocalSessionPool full) throws Exception {
    var code =
        HttpRequest.newBuilder(
                full.door()
                    .endpoint()
                    .resolve("/executions?identifier=abcd&api-version=2025-10-02-preview"))
            .header("Authorization", "Bearer " + full.door().token())
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"codeInputType\": \"Inline\", \"code\": \"1\"}"))
            .build();
    try (var http = HttpClient.newHttpClient()) {
      return http.send(code, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  @Test
  void a_python_that_is_not_there_is_named_with_how_to_get_it() {
    try (var none =
        LocalSessionPool.start(
            settings(ROOM), Path.of("/nowhere/python"), SECRET, Json.MAPPER, CLOCK)) {
      assertThatThrownBy(none::door)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("/nowhere/python cannot be started. Run executor/prepare");
      assertThatThrownBy(() -> none.session(holder()).createdAt()).isInstanceOf(Unavailable.class);
    }
  }

  @Test
  void a_python_without_the_executor_is_told_what_it_lacks() {
    Path bare = Path.of("/usr/bin/python3");
    Needs.present("Python of the system", Files.exists(bare), "apt-get install python3");
    try (var none = LocalSessionPool.start(settings(ROOM), bare, SECRET, Json.MAPPER, CLOCK)) {
      assertThatThrownBy(none::door)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("No module named executor")
          .hasMessageContaining("executor/prepare");
    }
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(until);
      Thread.onSpinWait();
    }
  }
}
