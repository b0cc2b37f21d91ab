package dev.millrace.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.agent.Agent;
import dev.millrace.job.Ending;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Secret;
import dev.millrace.job.ToolCall;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.journal.Lines;
import dev.millrace.session.pool.PoolKind;
import dev.millrace.session.pool.RestPool;
import dev.millrace.session.rest.ApiVersion;
import dev.millrace.session.rest.Bench;
import dev.millrace.session.rest.ScriptedPool.Reply;
import dev.millrace.tool.python.PythonSettings;
import dev.millrace.tool.python.RunPython;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A job that has Python run in a pool without room: from the request to the log. */
@Timeout(30)
class FullPoolTest extends LoopStage {
  private static final Reply FULL =
      Reply.of(404, "{'error': {'code': 'PoolIsFull', 'message': 'all 2 are in use'}}");
  private static final Reply BUSY = Reply.of(429, "").with("Retry-After", "7");
  private static final Reply DONE =
      Reply.of(200, "{'id': 'j1-2', 'status': 'Succeeded', 'result': {'stdout': '42'}}");

  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(ApiVersion.NEWEST);
    bench.pool.on("GET /files", 200, "{'value': []}").on("GET /session", 404, "");
    begin(JobRequest.of("analyst", "Work."));
    model.says("", ToolCall.of("c", "run_python", Map.of("code", "6 * 7")));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private Ending work() {
    var pool = new RestPool(bench.client, PoolKind.CUSTOM, new Secret(new byte[32]), bench.clock);
    var loop =
        new AgentLoop(
            new DirectTasks(clock),
            new JobSessions(pool, journal, artifacts),
            artifacts,
            clock,
            Duration.ofMinutes(5));
    var python = new RunPython(PythonSettings.USUAL);
    return loop.run(claim, new Agent("analyst", model, "Go.", List.of(python)), past);
  }

  private long written(Class<? extends Entry> kind) {
    return Lines.job(storage.bytes("jobs/default/j1/log")).stream()
        .filter(line -> kind.isInstance(line.entry()))
        .count();
  }

  @Test
  void it_waits_for_room_as_long_as_it_is_told_and_then_goes_on() {
    bench.pool.on("POST /executions", FULL, BUSY, DONE);
    model.says("It is 42.");

    assertThat(work()).isEqualTo(Ending.answered("It is 42."));

    assertThat(bench.pauses.all()).containsExactly(Duration.ofMillis(150), Duration.ofSeconds(7));
    assertThat(lastAsked().getLast().text()).contains("42");
    assertThat(written(Entry.ToolIntent.class)).isEqualTo(1);
  }

  /** The worker lets the job go then; whoever takes it up makes the call that was announced. */
  @Test
  void it_does_not_wait_for_ever_and_nothing_is_lost_when_it_gives_up() {
    bench.pool.on("POST /executions", FULL);

    var halt = catchThrowableOfType(Halt.class, this::work);

    assertThat(halt.why()).isEqualTo(Halt.Why.NO_SESSION);
    assertThat(halt.getCause()).hasMessageContaining("no room: all 2 are in use");
    assertThat(bench.pauses.all().stream().reduce(Duration.ZERO, Duration::plus))
        .isLessThanOrEqualTo(Bench.PATIENCE);
    assertThat(written(Entry.ToolDone.class)).isZero();

    claim(journal.job(JOB));
    bench.pool.on("GET /executions/j1-2", 404, "{'error': {'code': 'ExecutionNotFound'}}");
    bench.pool.on("POST /executions", DONE);
    model.says("It is 42.");

    assertThat(work()).isEqualTo(Ending.answered("It is 42."));
    assertThat(written(Entry.ToolIntent.class)).isEqualTo(1);
    assertThat(written(Entry.ToolDone.class)).isEqualTo(1);
  }
}
