package dev.millrace.agent.loop;

import static dev.millrace.agent.ScriptedModel.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.agent.Agent;
import dev.millrace.agent.ScriptedModel;
import dev.millrace.artifact.Artifacts;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Limits;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.journal.Claim;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Marks;
import dev.millrace.journal.Step;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.session.CodeSession;
import dev.millrace.session.IdleSession;
import dev.millrace.session.Past;
import dev.millrace.session.SessionPool;
import dev.millrace.storage.MemoryStorage;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AgentLoopTest {
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final ConversationPast NO_PAST = ConversationPast.NONE;

  private final SettableClock clock = new SettableClock();
  private boolean away;
  private final MemoryStorage storage =
      new MemoryStorage(clock) {
        @Override
        public Optional<InputStream> open(String name, long from, long length) {
          if (away) {
            throw new Unavailable("the store is away");
          }
          return super.open(name, from, length);
        }
      };
  private final Journal ours = new Journal(storage, Json.MAPPER, clock, new Marks("ours"));
  private final Journal theirs = new Journal(storage, Json.MAPPER, clock, new Marks("theirs"));
  private final DirectTasks tasks = new DirectTasks(clock);
  private final List<SessionPool.Holder> lent = new ArrayList<>();
  private final Artifacts artifacts = new Artifacts(storage);
  private final JobSessions sessions = new JobSessions(this::lend, ours, artifacts);
  private final AgentLoop loop = new AgentLoop(tasks, sessions, artifacts, clock, LONGEST);

  private final ScriptedModel model = new ScriptedModel();
  private final List<ToolContext> called = new ArrayList<>();
  private boolean inACall;
  private boolean describedInACall;
  private Function<ToolContext, ToolOutcome> python = context -> ToolOutcome.of("42");
  private Function<ToolContext, Optional<ToolOutcome>> find = context -> Optional.empty();
  private final Tool tool =
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
          describedInACall |= inACall;
          return Map.of("type", "object");
        }

        @Override
        public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
          called.add(context);
          return python.apply(context);
        }

        @Override
        public Optional<ToolOutcome> find(ToolContext context) {
          return find.apply(context);
        }
      };
  private final Limits ample = new Limits(100, 100, 1_000_000, 1_000_000, 1 << 30);
  private final Agent agent =
      new Agent(
          "analyst", model, "Be exact.", List.of(tool), "", ample, null, Agent.USUAL_DEADLINE);

  private JobLog log;
  private Claim claim;

  @BeforeEach
  void claims() {
    begin(JobRequest.of("analyst", "Plot revenue."), null);
  }

  private void begin(JobRequest request, @Nullable String conversation) {
    storage.delete("jobs/default/j1/log");
    log = ours.create(JOB);
    log.append(
        new Entry.Submitted(
            request,
            "hash",
            "default",
            "alice",
            conversation,
            SettableClock.NOON.plus(Duration.ofHours(1)),
            Origin.HTTP,
            List.of()),
        claimed(1));
    claim = new Claim(log, 1, () -> true, () -> false);
  }

  private static Entry.Claimed claimed(int epoch) {
    return new Entry.Claimed(epoch, "w", "jobs", epoch, false);
  }

  private CodeSession lend(SessionPool.Holder holder, Past past) {
    lent.add(holder);
    return new IdleSession();
  }

  private Ending run() {
    return loop.run(claim, agent, NO_PAST);
  }

  private Halt halted() {
    return catchThrowableOfType(Halt.class, this::run);
  }

  /** Another worker takes over where the log ends. */
  private void resume() {
    log = theirs.job(JOB);
    int epoch = log.state().attempts().epoch() + 1;
    log.append(claimed(epoch));
    claim = new Claim(log, epoch, () -> true, () -> false);
  }

  /** The log is read on while a call is under way, and its state belongs to one thread. */
  @Test
  void what_is_asked_is_put_together_before_the_call_begins() {
    model.says("So.");
    var noting =
        new Tasks() {
          @Override
          public <T> Task<T> start(Callable<T> call) {
            inACall = true;
            Task<T> task = tasks.start(call);
            inACall = false;
            return task;
          }
        };

    new AgentLoop(noting, sessions, artifacts, clock, LONGEST).run(claim, agent, NO_PAST);

    assertThat(model.asked.getFirst().tools()).hasSize(1);
    assertThat(describedInACall).isFalse();
  }

  /** The kinds of entries since the claim, in the order they were written. */
  private List<String> written() {
    return new String(storage.bytes("jobs/default/j1/log"), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.replaceAll(".*?\"type\":\"(\\w+)\".*", "$1"))
        .skip(2)
        .toList();
  }

  private List<Step.Tool> toolSteps() {
    return ours.job(JOB).state().steps().stream()
        .filter(Step.Tool.class::isInstance)
        .map(Step.Tool.class::cast)
        .toList();
  }

  private static Error hang() {
    return new DirectTasks.Hangs();
  }

  @Test
  void an_answer_without_calls_is_the_end() {
    model.says("Revenue rose.");

    assertThat(run()).isEqualTo(Ending.answered("Revenue rose."));

    assertThat(written()).containsExactly("ModelDone");
    var step = (Step.Model) ours.job(JOB).state().steps().getFirst();
    assertThat(step.model()).isEqualTo("scripted");
    assertThat(step.usage()).isEqualTo(new Usage(10, 5));
  }

  @Test
  void a_model_is_told_everything_in_its_order() {
    model.says("I will look.", call("c1", "run_python")).says("42 it is.");

    loop.run(
        claim,
        agent,
        new ConversationPast(
            List.of(Message.user("Earlier.")), Map.of("session", "s1"), List.of()));

    assertThat(model.asked.getFirst().messages())
        .containsExactly(
            Message.system("Be exact."), Message.user("Earlier."), Message.user("Plot revenue."));
    assertThat(model.asked.getFirst().modelState()).isEqualTo(Map.of("session", "s1"));
    assertThat(model.asked.getFirst().tools())
        .singleElement()
        .satisfies(spec -> assertThat(spec.name()).isEqualTo("run_python"));
    assertThat(model.asked.getLast().messages())
        .startsWith(model.asked.getFirst().messages().toArray(Message[]::new))
        .endsWith(
            Message.assistant("I will look.", List.of(call("c1", "run_python"))),
            Message.tool("c1", "42"));
  }

  @Test
  void what_a_model_remembers_comes_back_to_it() {
    model
        .replies(
            new Reply.Answer(
                Message.assistant("", List.of(call("c1", "run_python"))),
                Usage.NONE,
                Map.of("session", "s2")))
        .says("Done.");

    run();

    assertThat(model.asked.getLast().modelState()).isEqualTo(Map.of("session", "s2"));
  }

  @Test
  void a_request_without_tools_offers_none() {
    var plain = JobRequest.of("analyst", "Hi.");
    begin(
        new JobRequest(
            plain.kind(),
            plain.agent(),
            plain.message(),
            null,
            List.of(),
            null,
            false,
            "user",
            null,
            null,
            false,
            plain.whenBusy(),
            null,
            Map.of()),
        null);
    model.says("Hi.");

    run();

    assertThat(model.asked.getFirst().tools()).isEmpty();
  }

  @Test
  void calls_are_made_in_order_each_announced_before_it_is_made() {
    var announced = new ArrayList<Boolean>();
    python =
        context -> {
          var inFlight = theirs.job(JOB).state().inFlight();
          announced.add(
              inFlight.filter(i -> i.executionId().equals(context.executionId())).isPresent());
          return ToolOutcome.of("done " + context.executionId());
        };
    model
        .says("", call("a", "run_python"), call("b", "run_python"), call("a", "run_python"))
        .says("Done.");

    run();

    assertThat(announced).containsExactly(true, true, true);
    assertThat(called).extracting(ToolContext::executionId).containsExactly("j1-2", "j1-3", "j1-4");
    assertThat(toolSteps()).extracting(Step.Tool::callId).containsExactly("a", "b", "a");
    assertThat(toolSteps()).noneMatch(Step.Tool::reexecuted);
    assertThat(written())
        .containsExactly(
            "ModelDone",
            "ToolIntent",
            "ToolDone",
            "ToolIntent",
            "ToolDone",
            "ToolIntent",
            "ToolDone",
            "ModelDone");
  }

  @Test
  void a_model_that_calls_an_unknown_tool_is_told_which_there_are() {
    model.says("", call("c1", "run_cobol")).says("Sorry.");

    assertThat(run()).isEqualTo(Ending.answered("Sorry."));

    assertThat(called).isEmpty();
    assertThat(toolSteps().getFirst().outcome().error())
        .isEqualTo("there is no tool run_cobol; there are: run_python");
  }

  @Test
  void a_tool_that_fails_tells_the_model() {
    for (Throwable fault :
        List.of(
            new IllegalStateException("bug"),
            new NoClassDefFoundError("gone"),
            new StackOverflowError("deep"))) {
      begin(JobRequest.of("analyst", "Plot."), null);
      python =
          context -> {
            if (fault instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) fault;
          };
      model.says("", call("c1", "run_python")).says("It failed.");

      assertThat(run()).isEqualTo(Ending.answered("It failed."));
      assertThat(toolSteps().getFirst().outcome().error())
          .startsWith("the tool itself failed")
          .contains(fault.getMessage());
    }
  }

  @Test
  void a_tool_that_answers_nothing_has_failed() {
    python = context -> null;
    model.says("", call("c1", "run_python")).says("It failed.");

    run();

    assertThat(toolSteps().getFirst().outcome().error()).contains("no outcome");
  }

  @Test
  void a_tool_s_time_is_measured() {
    python =
        context -> {
          clock.advance(Duration.ofMillis(380));
          return ToolOutcome.of("42");
        };
    model.says("", call("c1", "run_python")).says("Done.");

    run();

    assertThat(toolSteps().getFirst().outcome().seconds()).isEqualTo(0.38);
  }

  @Test
  void a_tool_s_files_are_kept_before_its_outcome_is_written() {
    python =
        context -> {
          context
              .files()
              .keep(
                  "a.txt",
                  "text/plain",
                  new ByteArrayInputStream("hi".getBytes(StandardCharsets.UTF_8)));
          return ToolOutcome.of("kept");
        };
    model.says("", call("c1", "run_python")).says("Done.");

    run();

    var made = toolSteps().getFirst().artifacts().getFirst();
    assertThat(made.name()).isEqualTo("a.txt");
    assertThat(made.step()).isEqualTo(2);
    assertThat(made.blob()).startsWith("jobs/default/j1/files/");
    assertThat(storage.bytes(made.blob())).asString().isEqualTo("hi");
  }

  @Test
  void a_conversation_owns_its_files_and_its_session() {
    var plain = JobRequest.of("analyst", "Hi.");
    begin(
        new JobRequest(
            plain.kind(),
            plain.agent(),
            plain.message(),
            "user-123",
            List.of(),
            null,
            true,
            "user",
            null,
            null,
            false,
            plain.whenBusy(),
            null,
            Map.of()),
        "k1");
    python =
        context -> {
          context.files().keep("a.txt", "text/plain", InputStream.nullInputStream());
          return ToolOutcome.of("kept");
        };
    model.says("", call("c1", "run_python")).says("Done.");

    run();

    assertThat(toolSteps().getFirst().artifacts().getFirst().blob())
        .startsWith("conversations/default/analyst/k1/files/");
    assertThat(lent).extracting(SessionPool.Holder::name).containsOnly("user-123");
  }

  @Test
  void a_refusal_ends_the_job_and_is_not_asked_again() {
    model.replies(new Reply.Refused("content filter"));

    var ending = run();

    assertThat(ending.reason()).isEqualTo(StopReason.REFUSED);
    assertThat(ending.failure().message()).isEqualTo("content filter");
    assertThat(written()).isEmpty();
  }

  @Test
  void more_than_a_model_can_take_in_ends_the_job() {
    model.replies(new Reply.TooLong("128,000 tokens at most"));

    assertThat(run().reason()).isEqualTo(StopReason.CONTEXT);
  }

  @Test
  void a_model_that_is_away_halts_the_work_and_says_why() {
    model.does(
        () -> {
          throw new Unavailable("503 from the model");
        });

    var halt = halted();

    assertThat(halt.why()).isEqualTo(Halt.Why.NO_MODEL);
    assertThat(halt.getCause()).hasMessage("503 from the model");
  }

  @Test
  void a_pool_that_is_away_halts_the_work_and_the_call_stays_announced() {
    python =
        context -> {
          throw new Unavailable("no room");
        };
    model.says("", call("c1", "run_python"));

    assertThat(halted().why()).isEqualTo(Halt.Why.NO_SESSION);

    assertThat(written()).containsExactly("ModelDone", "ToolIntent");
  }

  @Test
  void a_model_that_does_not_answer_in_time_is_stopped_and_counts_as_away() {
    model.does(
        () -> {
          throw hang();
        });

    assertThat(halted().why()).isEqualTo(Halt.Why.NO_MODEL);

    assertThat(tasks.stopped).isEqualTo(1);
    assertThat(clock.instant()).isEqualTo(SettableClock.NOON.plus(LONGEST));
    assertThat(tasks.longestPause).isLessThanOrEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void a_tool_that_does_not_answer_in_time_is_stopped_and_the_model_is_told() {
    python =
        context -> {
          throw hang();
        };
    model.says("", call("c1", "run_python")).says("It took too long.");

    assertThat(run()).isEqualTo(Ending.answered("It took too long."));

    assertThat(tasks.stopped).isEqualTo(1);
    assertThat(toolSteps().getFirst().outcome().error()).contains("300 seconds");
  }

  @Test
  void an_overdue_job_is_stopped_in_flight() {
    clock.advance(Duration.ofMinutes(59));
    model.does(
        () -> {
          throw hang();
        });

    assertThat(halted().why()).isEqualTo(Halt.Why.OVERDUE);

    assertThat(tasks.stopped).isEqualTo(1);
    assertThat(clock.instant())
        .as("not a moment later")
        .isEqualTo(SettableClock.NOON.plus(Duration.ofHours(1)));
  }

  @Test
  void an_overdue_job_begins_nothing() {
    clock.advance(Duration.ofHours(1));

    assertThat(halted().why()).isEqualTo(Halt.Why.OVERDUE);
    assertThat(model.asked).isEmpty();
  }

  @Test
  void a_cancel_stops_the_call_in_flight_within_two_seconds() {
    python =
        context -> {
          throw hang();
        };
    tasks.meanwhile(() -> theirs.job(JOB).append(new Entry.CancelRequested("alice")));
    model.says("", call("c1", "run_python"));

    assertThat(halted().why()).isEqualTo(Halt.Why.CANCELED);

    assertThat(tasks.stopped).isEqualTo(1);
    assertThat(clock.instant()).isEqualTo(SettableClock.NOON.plusSeconds(2));
  }

  @Test
  void an_end_and_a_higher_claim_stop_the_call_in_flight() {
    model.does(
        () -> {
          throw hang();
        });
    tasks.meanwhile(() -> theirs.job(JOB).append(claimed(2)));
    assertThat(halted().why()).isEqualTo(Halt.Why.FENCED);

    begin(JobRequest.of("analyst", "Plot."), null);
    model.does(
        () -> {
          throw hang();
        });
    tasks.meanwhile(
        () ->
            theirs
                .job(JOB)
                .append(new Entry.Ended(Status.CANCELED, StopReason.CANCELED, "{}", List.of())));
    assertThat(halted().why()).isEqualTo(Halt.Why.ENDED);
    assertThat(tasks.stopped).isEqualTo(2);
  }

  @Test
  void a_store_that_is_away_does_not_disturb_a_call_in_flight() {
    python =
        context -> {
          throw hang();
        };
    tasks.meanwhile(() -> away = true);
    model.says("", call("c1", "run_python")).says("It took too long.");

    assertThat(run()).isEqualTo(Ending.answered("It took too long."));
  }

  @Test
  void whoever_takes_over_does_not_ask_for_an_answer_that_is_written() {
    model.says("I will look.", call("c1", "run_python"));
    python =
        context -> {
          throw new Unavailable("no room");
        };
    halted();

    resume();
    python = context -> ToolOutcome.of("42");
    model.says("Done.");
    run();

    assertThat(model.asked).hasSize(2);
    assertThat(theirs.job(JOB).state().steps()).hasSize(3);
  }

  private void dieInFlight() {
    model.says("", call("c1", "run_python"));
    python =
        context -> {
          throw new Unavailable("the worker dies here");
        };
    halted();
    called.clear();
    resume();
    python = context -> ToolOutcome.of("again");
    model.says("Done.");
  }

  @Test
  void a_call_whose_outcome_is_known_is_adopted_and_not_made_again() {
    dieInFlight();
    var looked = new ArrayList<ToolContext>();
    find =
        context -> {
          looked.add(context);
          return Optional.of(ToolOutcome.of("found"));
        };

    run();

    assertThat(called).isEmpty();
    assertThat(looked).extracting(ToolContext::executionId).containsExactly("j1-2");
    assertThat(toolSteps().getFirst().outcome().result()).isEqualTo("found");
    assertThat(toolSteps().getFirst().reexecuted()).isFalse();
  }

  @Test
  void a_call_that_nobody_knows_is_made_once_more_under_its_old_name_and_says_so() {
    dieInFlight();

    run();

    assertThat(called).extracting(ToolContext::executionId).containsExactly("j1-2");
    assertThat(toolSteps().getFirst().reexecuted()).isTrue();
    assertThat(written().stream().filter("ToolIntent"::equals)).hasSize(1);
  }

  /** However long the outage was. */
  @Test
  void a_call_made_once_more_has_its_whole_time() {
    dieInFlight();
    clock.advance(Duration.ofMinutes(30));
    Instant now = clock.instant();

    run();

    assertThat(called.getFirst().deadline()).isEqualTo(now.plus(LONGEST));
  }

  @Test
  void a_call_whose_time_is_over_is_still_asked_for() {
    dieInFlight();
    clock.advance(Duration.ofMinutes(30));
    find = context -> Optional.of(ToolOutcome.of("found"));

    run();

    assertThat(called).isEmpty();
    assertThat(toolSteps().getFirst().outcome().result()).isEqualTo("found");
  }

  @Test
  void a_tool_that_fails_to_say_is_not_called_again() {
    dieInFlight();
    find =
        context -> {
          throw new IllegalStateException("bug");
        };

    run();

    assertThat(called).isEmpty();
    assertThat(toolSteps().getFirst().outcome().error()).contains("bug");
  }

  @Test
  void the_next_call_after_an_adopted_one_is_made_as_usual() {
    model.says("", call("c1", "run_python"), call("c2", "run_python"));
    python =
        context -> {
          throw new Unavailable("the worker dies here");
        };
    halted();
    called.clear();
    resume();
    python = context -> ToolOutcome.of("second");
    find = context -> Optional.of(ToolOutcome.of("first"));
    model.says("Done.");

    run();

    assertThat(called).extracting(ToolContext::executionId).containsExactly("j1-3");
    assertThat(toolSteps())
        .extracting(step -> step.outcome().result())
        .isEqualTo(Arrays.asList("first", "second"));
    assertThat(toolSteps()).noneMatch(Step.Tool::reexecuted);
  }
}
