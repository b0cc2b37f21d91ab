package dev.millrace.agent.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.Needs;
import dev.millrace.SettableClock;
import dev.millrace.agent.Agent;
import dev.millrace.agent.ScriptedModel;
import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Artifact;
import dev.millrace.job.Ending;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Secret;
import dev.millrace.job.ToolCall;
import dev.millrace.journal.Claim;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Marks;
import dev.millrace.journal.Step;
import dev.millrace.session.SessionPool;
import dev.millrace.session.SessionSettings;
import dev.millrace.session.local.LocalSessionPool;
import dev.millrace.storage.MemoryStorage;
import dev.millrace.tool.python.PythonSettings;
import dev.millrace.tool.python.RunPython;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs whose model has Python run, in the real sessions of this machine. */
@Timeout(120)
class PythonJobTest {
  private static final Path PYTHON = Path.of(".venv/bin/python").toAbsolutePath();
  private static final InstantSource CLOCK = InstantSource.system();
  private static LocalSessionPool pool;

  private final MemoryStorage storage = new MemoryStorage(new SettableClock());
  private final Artifacts artifacts = new Artifacts(storage);
  private final Journal journal = new Journal(storage, Json.MAPPER, CLOCK, new Marks("m"));
  private final JobSessions sessions = new JobSessions(pool, journal, artifacts);
  private final ScriptedModel model = new ScriptedModel();
  private final Agent agent =
      new Agent("analyst", model, "Go.", List.of(new RunPython(PythonSettings.USUAL)));
  private String talk = "";

  @BeforeAll
  static void start() {
    Needs.present("the Python of the executor", Files.exists(PYTHON), "executor/prepare");
    var settings = new SessionSettings.Local(null, 512, 64, 20, Duration.ofMinutes(5), false);
    pool = LocalSessionPool.start(settings, PYTHON, new Secret(new byte[32]), Json.MAPPER, CLOCK);
  }

  @AfterAll
  static void stop() {
    if (pool != null) {
      pool.close();
    }
  }

  @BeforeEach
  void talksAnew() {
    talk = java.util.UUID.randomUUID().toString();
  }

  private JobLog submit(String id, String... files) {
    var job = new JobRef("default", new JobId(id));
    var kept =
        java.util.stream.Stream.of(files)
            .map(
                name -> {
                  var bytes = new ByteArrayInputStream("x,y\n1,2\n".getBytes(UTF_8));
                  var file = artifacts.keep(Folder.of(job), bytes);
                  return InputFile.kept(name, file.sha256(), file.size());
                })
            .toList();
    var plain = JobRequest.of("analyst", "Work.").withFiles(kept);
    var request =
        new JobRequest(
            plain.kind(),
            "analyst",
            "Work.",
            talk,
            kept,
            null,
            true,
            "user",
            null,
            null,
            false,
            plain.whenBusy(),
            null,
            Map.of());
    JobLog log = journal.create(job);
    log.append(
        new Entry.Submitted(
            request,
            "hash",
            "default",
            "alice",
            "key",
            Instant.parse("2100-01-01T00:00:00Z"),
            Origin.HTTP,
            List.of()),
        new Entry.Claimed(1, "w", "jobs", 1, false));
    return log;
  }

  private List<Step.Tool> run(JobLog log, List<JobId> earlier, String... cells) {
    for (String code : cells) {
      model.says("", ToolCall.of("c", "run_python", Map.of("code", code)));
    }
    model.says("Done.");
    var loop = new AgentLoop(new VirtualTasks(), sessions, artifacts, CLOCK, Duration.ofMinutes(5));
    var claim = new Claim(log, 1, () -> true, () -> false);
    var past = new ConversationPast(List.of(Message.user("Before.")), null, earlier);
    assertThat(loop.run(claim, agent, past)).isEqualTo(Ending.answered("Done."));
    return log.state().steps().stream()
        .filter(Step.Tool.class::isInstance)
        .map(Step.Tool.class::cast)
        .toList();
  }

  private static List<String> names(Step.Tool step) {
    return step.artifacts().stream().map(Artifact::name).toList();
  }

  @Test
  void files_go_in_and_what_is_new_or_changed_comes_out_with_the_step_that_made_it() {
    var steps =
        run(
            submit("j1", "../in.csv"),
            List.of(),
            "open('/mnt/data/in.csv').read()",
            "import os\n"
                + "os.makedirs('/mnt/data/plots')\n"
                + "open('/mnt/data/plots/a b.txt','w').write('1')",
            "open('/mnt/data/plots/a b.txt','w').write('22')\n"
                + "open('/mnt/data/in.csv','a').write('3,4\\n"
                + "')",
            "1");

    assertThat(steps.get(0).outcome().result()).isEqualTo("x,y\n1,2\n");
    assertThat(names(steps.get(0))).isEmpty();
    assertThat(names(steps.get(1))).containsExactly("plots-a b.txt");
    assertThat(steps.get(1).artifacts().getFirst().path()).isEqualTo("plots/a b.txt");
    assertThat(names(steps.get(2))).containsExactlyInAnyOrder("plots-a b-2.txt", "in.csv");
    assertThat(names(steps.get(3))).isEmpty();
    var made = steps.get(1).artifacts().getFirst();
    assertThat(made.step()).isEqualTo(4);
    assertThat(storage.bytes(made.blob())).asString().isEqualTo("1");
    assertThat(model.asked.get(2).messages().getLast().text()).contains("plots-a b.txt");
  }

  @Test
  void figures_are_kept_and_output_is_cut_in_its_middle() {
    var steps =
        run(
            submit("j1"),
            List.of(),
            "import matplotlib.pyplot as plt\n"
                + "for n in range(2):\n"
                + "  plt.figure()\n"
                + "  plt.plot([n])\n"
                + "plt.show()",
            "print('begin' + 'x' * 100_000 + 'end')",
            "1 / 0");

    assertThat(steps.getFirst().outcome().error()).isNull();
    assertThat(names(steps.getFirst())).containsExactly("figure-1.png", "figure-2.png");
    assertThat(steps.getFirst().artifacts().getFirst().mediaType()).isEqualTo("image/png");
    var cut = steps.get(1).outcome();
    assertThat(cut.truncated()).isTrue();
    assertThat(cut.stdout()).startsWith("begin").endsWith("end\n").hasSizeLessThan(20_100);
    assertThat(cut.stdout()).contains("characters are left out here");
    assertThat(steps.get(2).outcome().error()).contains("ZeroDivisionError");
  }

  @Test
  void the_model_is_told_that_files_may_be_missing() {
    var steps =
        run(
            submit("j1"),
            List.of(),
            "import os\nos.mkdir('/mnt/data/shut')\nos.chmod('/mnt/data/shut', 0)");

    assertThat(steps.getFirst().outcome().note()).contains("not all files");
  }

  @Test
  void a_later_turn_sees_variables_and_a_lost_session_is_built_again_and_the_model_told() {
    run(submit("j1", "in.csv"), List.of(), "x = 40\nopen('/mnt/data/out.txt','w').write('kept')");

    var second = submit("j2");
    var followed = run(second, List.of(new JobId("j1")), "x + 2");
    pool.session(new SessionPool.Holder(second.state().owner(), "analyst", talk)).release();
    var rebuilt =
        run(
            submit("j3"),
            List.of(new JobId("j1"), new JobId("j2")),
            "x + 3, open('/mnt/data/out.txt').read(), open('/mnt/data/in.csv').read()[:3]");

    assertThat(followed.getFirst().outcome().result()).isEqualTo("42");
    assertThat(rebuilt.getFirst().outcome().result()).isEqualTo("(43, 'kept', 'x,y')");
    assertThat(rebuilt.getFirst().outcome().note()).contains("built again");
    assertThat(names(rebuilt.getFirst())).isEmpty();
  }

  /** The code has run, and its worker died before it could write that down. */
  @Test
  void an_outcome_that_is_adopted_brings_its_files() {
    JobLog log = submit("j1", "in.csv");
    var code = "open('/mnt/data/out.txt','w').write('made')\n'ran once'";
    var call = ToolCall.of("c", "run_python", Map.of("code", code));
    log.append(
        new Entry.ModelDone(
            1,
            "scripted",
            Message.assistant("", List.of(call)),
            dev.millrace.job.Usage.NONE,
            null,
            0,
            null),
        new Entry.ToolIntent(2, "c", "j1-2", CLOCK.instant().plusSeconds(300), null));
    var session = pool.session(new SessionPool.Holder(log.state().owner(), "analyst", talk));
    session.put("in.csv", () -> new ByteArrayInputStream("x,y\n1,2\n".getBytes(UTF_8)));
    session.run("j1-2", code, Duration.ofMinutes(1));

    var steps = run(log, List.of());

    assertThat(steps.getFirst().reexecuted()).isFalse();
    assertThat(steps.getFirst().outcome().result()).isEqualTo("ran once");
    assertThat(names(steps.getFirst())).containsExactly("out.txt");
  }
}
