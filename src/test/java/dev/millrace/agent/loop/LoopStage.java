package dev.millrace.agent.loop;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.agent.Agent;
import dev.millrace.agent.Audience;
import dev.millrace.agent.Observer;
import dev.millrace.agent.PictureLimits;
import dev.millrace.agent.ScriptedModel;
import dev.millrace.artifact.Artifacts;
import dev.millrace.job.Caps;
import dev.millrace.job.Ending;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Claim;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Marks;
import dev.millrace.model.LanguageModel;
import dev.millrace.session.IdleSession;
import dev.millrace.storage.MemoryStorage;
import dev.millrace.tool.Delegation;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A job, a model that says what it is told to, and workers that die when they are told to. */
class LoopStage {
  static final JobRef JOB = new JobRef("default", new JobId("j1"));
  static final Map<String, Object> SCHEMA =
      Map.of(
          "type", "object",
          "properties", Map.of("total", Map.of("type", "number")),
          "required", List.of("total"));

  final SettableClock clock = new SettableClock();
  final MemoryStorage storage = new MemoryStorage(clock);
  final Journal journal = new Journal(storage, Json.MAPPER, clock, new Marks("m"));
  final Artifacts artifacts = new Artifacts(storage);
  final JobSessions sessions =
      new JobSessions((holder, past) -> new IdleSession(), journal, artifacts);
  final ScriptedModel model = new ScriptedModel();
  final List<Observer> observers = new ArrayList<>();
  Delegation delegation = Delegation.NONE;
  Function<ToolContext, ToolOutcome> python = context -> ToolOutcome.of("42");
  Function<ToolContext, Optional<ToolOutcome>> found = context -> Optional.empty();
  ConversationPast past = ConversationPast.NONE;
  Claim claim;

  final Tool tool =
      new Tool() {
        @Override
        public String name() {
          return "run_python";
        }

        @Override
        public String description() {
          return "Runs Python.";
        }

        @Override
        public Map<String, Object> schema() {
          return Map.of(
              "type", "object",
              "properties", Map.of("code", Map.of("type", "string")),
              "required", List.of("code"));
        }

        @Override
        public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
          return python.apply(context);
        }

        @Override
        public Optional<ToolOutcome> find(ToolContext context) {
          return found.apply(context);
        }
      };

  static JobRequest request(
      @Nullable Map<String, Object> schema, @Nullable Caps limits, String role, boolean stream) {
    var plain = JobRequest.of("analyst", "Plot revenue.");
    return new JobRequest(
        plain.kind(),
        plain.agent(),
        plain.message(),
        null,
        List.of(InputFile.kept("a/b.csv", "x", 1), InputFile.kept("a/b.csv", "y", 1)),
        schema,
        true,
        role,
        limits,
        null,
        stream,
        plain.whenBusy(),
        "order-77",
        Map.of());
  }

  void begin(JobRequest request) {
    JobLog log = journal.create(JOB);
    log.append(
        new Entry.Submitted(
            request,
            "hash",
            "default",
            "alice",
            null,
            SettableClock.NOON.plus(Duration.ofHours(1)),
            Origin.HTTP,
            List.of()));
    claim(log);
  }

  void claim(JobLog log) {
    int epoch = log.state().attempts().epoch() + 1;
    log.append(new Entry.Claimed(epoch, "w", "jobs", epoch, false));
    claim = new Claim(log, epoch, () -> true, () -> false);
  }

  /** The log of a worker that died; somebody else has the job now. */
  void takeOver(byte[] begun) {
    storage.create("jobs/default/j1/log");
    storage.append("jobs/default/j1/log", 0, begun);
    claim(journal.job(JOB));
  }

  Ending run(Tool... more) {
    return run(model, more);
  }

  Ending run(LanguageModel asked, Tool... more) {
    var tools = new ArrayList<Tool>(List.of(tool));
    tools.addAll(List.of(more));
    var loop =
        new AgentLoop(
            new DirectTasks(clock),
            sessions,
            artifacts,
            clock,
            Duration.ofMinutes(5),
            new Audience(observers, journal),
            PictureLimits.USUAL,
            delegation);
    return loop.run(claim, new Agent("analyst", asked, "Be exact.", tools), past);
  }

  /** A worker dies at the next thing it does; another goes on where the log ends. */
  void dieAndResume() {
    try {
      run();
      throw new AssertionError("it should have died");
    } catch (Halt halt) {
      claim(journal.job(JOB));
    }
  }

  void death() {
    model.does(
        () -> {
          throw new Unavailable("the worker dies here");
        });
  }

  static Caps turns(long turns) {
    return new Caps(turns, 40L, 200_000L, 900L, 1L << 20);
  }

  List<Message> lastAsked() {
    return model.asked.getLast().messages();
  }

  String live() {
    return storage
        .stat("jobs/default/j1/live")
        .map(stat -> new String(storage.bytes(stat.name()), StandardCharsets.UTF_8))
        .orElse("");
  }
}
