package dev.millrace.agent;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Artifact;
import dev.millrace.job.Ending;
import dev.millrace.job.Message;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Claim;
import dev.millrace.journal.ConversationLog;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import dev.millrace.model.LanguageModel;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on one job from wherever its log ends. A model's answer is written down before its tools
 * run, a tool's intent before it runs, its outcome before the next step begins; so what is done
 * again after a crash is at most the one call that was in flight.
 */
public final class AgentLoop {
  private static final Logger log = LoggerFactory.getLogger(AgentLoop.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final Duration TIME_TO_ANSWER = Duration.ofSeconds(30);

  private final Tasks tasks;
  private final JobSessions sessions;
  private final Artifacts artifacts;
  private final InstantSource clock;
  private final Duration longestCall;

  /**
   * @param longestCall the longest that one call of a model or a tool may take
   */
  public AgentLoop(
      Tasks tasks,
      JobSessions sessions,
      Artifacts artifacts,
      InstantSource clock,
      Duration longestCall) {
    this.tasks = tasks;
    this.sessions = sessions;
    this.artifacts = artifacts;
    this.clock = clock;
    this.longestCall = longestCall;
  }

  /**
   * Runs a claimed job to its end, and says how it ended; the end itself is not written yet.
   *
   * @param past what was said before, in a conversation
   * @throws Halt when this worker has to stop before the end
   */
  public Ending run(Claim claim, Agent agent, ConversationLog.Past past) {
    return new Run(claim, agent, past).toTheEnd();
  }

  /** One claim's worth of work. */
  private final class Run {
    private final Claim claim;
    private final JobState state;
    private final Agent agent;
    private final ConversationLog.Past past;

    /** The execution this very run has announced; any other was announced by a worker now gone. */
    private @Nullable String announced;

    Run(Claim claim, Agent agent, ConversationLog.Past past) {
      this.claim = claim;
      this.state = claim.state();
      this.agent = agent;
      this.past = past;
    }

    Ending toTheEnd() {
      Optional<Ending> ending;
      do {
        claim.mayBegin();
        notOverdue();
        ending = step();
      } while (ending.isEmpty());
      return ending.get();
    }

    private Optional<Ending> step() {
      Optional<Step.Model> answer = state.lastAnswer();
      if (answer.isEmpty()) {
        return askModel();
      }
      List<ToolCall> calls = answer.get().message().toolCalls();
      int called = state.steps().size() - answer.get().n();
      if (called < calls.size()) {
        callTool(calls, called);
        return Optional.empty();
      }
      return calls.isEmpty()
          ? Optional.of(Ending.answered(answer.get().message().text()))
          : askModel();
    }

    private Optional<Ending> askModel() {
      Instant began = clock.instant();
      Prompt prompt = prompt(); // not in the call: the log is read on while that is under way
      Reply reply =
          inFlight(began.plus(longestCall), Halt.Why.NO_MODEL, () -> agent.model().reply(prompt))
              .orElseThrow(() -> new Halt(Halt.Why.NO_MODEL));
      return switch (reply) {
        case Reply.Answer answer -> {
          write(
              new Entry.ModelDone(
                  state.nextStep(),
                  agent.model().name(),
                  answer.message(),
                  answer.usage(),
                  answer.modelState(),
                  secondsSince(began),
                  null),
              intent(state.nextStep() + 1, answer.message().toolCalls(), 0));
          yield Optional.empty();
        }
        case Reply.Refused(String why) ->
            Optional.of(Ending.failed(StopReason.REFUSED, why, List.of()));
        case Reply.TooLong(String why) ->
            Optional.of(Ending.failed(StopReason.CONTEXT, why, List.of()));
      };
    }

    private Prompt prompt() {
      var messages = new ArrayList<Message>();
      messages.add(Message.system(agent.instructions()));
      messages.addAll(past.messages());
      messages.add(Message.user(state.request().message()));
      messages.addAll(state.said());
      List<LanguageModel.ToolSpec> tools =
          state.request().tools()
              ? agent.tools().stream()
                  .map(t -> new LanguageModel.ToolSpec(t.name(), t.description(), t.schema()))
                  .toList()
              : List.of();
      Map<String, Object> modelState =
          state.lastAnswer().map(Step.Model::modelState).orElse(past.modelState());
      return new Prompt(messages, List.of(), tools, null, modelState);
    }

    private void callTool(List<ToolCall> calls, int index) {
      int step = state.nextStep();
      ToolCall call = calls.get(index);
      Entry.ToolIntent intent = state.inFlight().orElseGet(() -> announce(step, calls, index));
      boolean mine = intent.executionId().equals(announced);
      var made = new CopyOnWriteArrayList<Artifact>(); // a call given up may still be adding
      Instant began = clock.instant();

      Optional<ToolOutcome> adopted =
          mine ? Optional.empty() : adopt(call, intent, context(intent, intent.deadline(), made));
      ToolOutcome outcome = adopted.orElseGet(() -> call(call, intent, made));

      write(
          new Entry.ToolDone(
              step,
              call.id(),
              outcome.took(secondsSince(began)),
              made,
              !mine && adopted.isEmpty(),
              null),
          intent(step + 1, calls, index + 1));
    }

    /** A call whose time is over may have ended in time; it is asked for all the same. */
    private Optional<ToolOutcome> adopt(
        ToolCall call, Entry.ToolIntent intent, ToolContext context) {
      Instant answered = clock.instant().plus(TIME_TO_ANSWER);
      Instant until = answered.isAfter(intent.deadline()) ? answered : intent.deadline();
      return tool(call)
          .flatMap(tool -> inFlight(until, Halt.Why.NO_SESSION, () -> found(tool, context)))
          .flatMap(found -> found);
    }

    private ToolOutcome call(ToolCall call, Entry.ToolIntent intent, List<Artifact> made) {
      Optional<Tool> tool = tool(call);
      if (tool.isEmpty()) {
        return ToolOutcome.error("there is no tool " + call.name() + "; there are: " + toolNames());
      }
      Instant until = clock.instant().plus(longestCall); // the one announced may be long over
      ToolContext context = context(intent, until, made);
      return inFlight(until, Halt.Why.NO_SESSION, () -> calmly(tool.get(), call, context))
          .orElseGet(
              () ->
                  ToolOutcome.error(
                      "stopped after "
                          + longestCall.toSeconds()
                          + " seconds, the longest allowed"));
    }

    private Optional<Tool> tool(ToolCall call) {
      return agent.tools().stream().filter(tool -> tool.name().equals(call.name())).findFirst();
    }

    private String toolNames() {
      return agent.tools().stream().map(Tool::name).collect(Collectors.joining(", "));
    }

    private Entry.ToolIntent announce(int step, List<ToolCall> calls, int index) {
      Entry.ToolIntent intent = intent(step, calls, index).orElseThrow();
      claim.append(intent);
      announced = intent.executionId();
      return intent;
    }

    /** The announcement of a call, if there is another one to make. */
    private Optional<Entry.ToolIntent> intent(int step, List<ToolCall> calls, int index) {
      return index < calls.size()
          ? Optional.of(
              new Entry.ToolIntent(
                  step,
                  calls.get(index).id(),
                  claim.log().job().id() + "-" + step,
                  clock.instant().plus(longestCall),
                  null))
          : Optional.empty();
    }

    /** Writes what happened and, in one piece with it, what happens next. */
    private void write(Entry done, Optional<Entry.ToolIntent> next) {
      claim.append(Stream.concat(Stream.of(done), next.stream()).toArray(Entry[]::new));
      next.ifPresent(intent -> announced = intent.executionId());
    }

    private ToolContext context(Entry.ToolIntent intent, Instant deadline, List<Artifact> made) {
      return new ToolContext(
          claim.log().job(),
          state.owner(),
          intent.executionId(),
          state.inFlightSince().orElseGet(clock::instant),
          deadline,
          sessions.of(claim.log().job(), state),
          (name, mediaType, content) -> {
            var kept = artifacts.keep(folder(), content);
            var artifact =
                new Artifact(
                    name, mediaType, kept.size(), kept.sha256(), intent.step(), kept.blob());
            made.add(artifact);
            return artifact;
          });
    }

    private Folder folder() {
      return state.conversation().map(Folder::of).orElseGet(() -> Folder.of(claim.log().job()));
    }

    /**
     * Makes a call and looks at the log meanwhile. Empty when it took too long; it is stopped then,
     * as it is when this worker has to stop.
     */
    private <T> Optional<T> inFlight(Instant until, Halt.Why away, Callable<T> call) {
      Tasks.Task<T> task = tasks.start(call);
      try {
        Optional<T> answer = task.await(pause(until));
        while (answer.isEmpty() && clock.instant().isBefore(until)) {
          look();
          notOverdue();
          answer = task.await(pause(until));
        }
        return answer;
      } catch (Unavailable e) {
        throw new Halt(away, e);
      } finally {
        task.stop();
      }
    }

    private Duration pause(Instant until) {
      Instant soonest =
          Stream.of(clock.instant().plus(LOOK_EVERY), until, state.submitted().deadline())
              .min(Instant::compareTo)
              .orElseThrow();
      Duration pause = Duration.between(clock.instant(), soonest);
      return pause.isPositive() ? pause : Duration.ZERO;
    }

    private void look() {
      try {
        claim.lookWhileWaiting();
      } catch (Unavailable e) {
        log.atDebug().setCause(e).log("the store is away; the call goes on");
      }
    }

    private void notOverdue() {
      if (!clock.instant().isBefore(state.submitted().deadline())) {
        throw new Halt(Halt.Why.OVERDUE);
      }
    }

    private double secondsSince(Instant began) {
      return Duration.between(began, clock.instant()).toMillis() / 1000.0;
    }
  }

  /** A tool that fails is a tool's answer; only a host that is away is not. */
  private static ToolOutcome calmly(Tool tool, ToolCall call, ToolContext context) {
    try {
      return Objects.requireNonNull(tool.call(call.arguments(), context), "no outcome");
    } catch (Unavailable e) {
      throw e;
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      return failed(tool, e);
    }
  }

  /** A tool that fails to say is not called again: it may have done its work. */
  private static Optional<ToolOutcome> found(Tool tool, ToolContext context) {
    try {
      return tool.find(context);
    } catch (Unavailable e) {
      throw e;
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      return Optional.of(failed(tool, e));
    }
  }

  private static ToolOutcome failed(Tool tool, Throwable fault) {
    log.atWarn()
        .setCause(fault)
        .addKeyValue("tool", tool.name())
        .log("a tool failed; the model is told");
    return ToolOutcome.error("the tool itself failed: " + fault);
  }
}
