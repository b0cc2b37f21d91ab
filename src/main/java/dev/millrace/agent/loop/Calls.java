package dev.millrace.agent.loop;

import dev.millrace.agent.AgentTool;
import dev.millrace.job.Artifact;
import dev.millrace.job.JobRef;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.tool.Delegation;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import dev.millrace.tool.Toolbox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the calls that one agent's model wants, one after the other. */
final class Calls {
  private static final Logger log = LoggerFactory.getLogger(Calls.class);
  private static final Duration TIME_TO_ANSWER = Duration.ofSeconds(30);

  /** An agent that was called may call another, and that is all. */
  private static final int DEEPEST = 2;

  private final Work work;
  private final Run run;
  private final Toolbox toolbox;

  Calls(Work work) {
    this.work = work;
    this.run = work.run;
    this.toolbox = new Toolbox(offered(work), run.house.schemas());
  }

  /** The tools that a model may call here. */
  static List<Tool> offered(Work work) {
    if (!work.run.state.request().tools()) {
      return List.of();
    }
    return work.agent.tools().stream()
        .filter(tool -> work.depth < DEEPEST || !(tool instanceof AgentTool))
        .toList();
  }

  /** The announcement of the first call of an answer, if there is one to make. */
  Optional<Entry.ToolIntent> first(int step, List<ToolCall> wanted, Budget.Spent spent) {
    return intent(step, wanted, 0, spent);
  }

  void make(List<ToolCall> wanted, int index) {
    Optional<Entry.ToolIntent> begun = work.strand.inFlight();
    Optional<StopReason> usedUp =
        begun.isPresent() ? Optional.empty() : run.budget.beforeCall(work.spent());
    if (usedUp.isPresent()) {
      refuse(wanted.subList(index, wanted.size()), usedUp.get());
    } else {
      ToolCall call = wanted.get(index);
      Entry.ToolIntent intent = begun.orElseGet(() -> announce(wanted, index));
      make(call, intent, wanted, index);
    }
  }

  /** In one piece, so that no answer is left with some of its calls open. */
  private void refuse(List<ToolCall> calls, StopReason usedUp) {
    var refused = new ArrayList<Entry>();
    int step = run.state.nextStep();
    for (ToolCall call : calls) {
      refused.add(
          new Entry.ToolDone(
              step++,
              call.id(),
              ToolOutcome.error("not called: the budget is used up (" + usedUp.word() + ")"),
              List.of(),
              false,
              work.parent));
    }
    run.claim.append(refused.toArray(Entry[]::new));
  }

  private void make(ToolCall call, Entry.ToolIntent intent, List<ToolCall> wanted, int index) {
    List<Artifact> artifacts = List.of();
    Instant began = run.now();
    boolean mine = run.isMine(intent);
    boolean again = false;
    ToolOutcome outcome;
    Optional<String> objection = toolbox.objection(call);
    if (objection.isPresent()) {
      outcome = ToolOutcome.error(objection.get());
    } else if (toolbox.find(call.name()).orElseThrow() instanceof AgentTool other) {
      outcome = ask(other, call, intent);
    } else {
      Tool tool = toolbox.find(call.name()).orElseThrow();
      var made = new Keeping(run, intent.step());
      Optional<ToolOutcome> adopted =
          mine
              ? Optional.empty()
              : adopt(tool, intent, context(tool, intent, intent.deadline(), made));
      again = !mine && adopted.isEmpty();
      Keeping anew =
          again ? new Keeping(run, intent.step()) : made; // without what was begun to keep
      outcome = adopted.orElseGet(() -> call(tool, call, intent, anew));
      artifacts = anew.made();
    }
    Budget.Spent spent = work.spent().called(outcome, artifacts);
    run.write(
        new Entry.ToolDone(
            intent.step(),
            call.id(),
            outcome.took(run.secondsSince(began)),
            artifacts,
            again,
            work.parent),
        intent(run.state.nextStep(), wanted, index + 1, spent));
  }

  /** What another agent makes of it, going on wherever its part of the log ends. */
  private ToolOutcome ask(AgentTool other, ToolCall call, Entry.ToolIntent intent) {
    String message = String.valueOf(call.arguments().get("message"));
    return Work.outcome(work.called(other.agent(), intent.executionId(), message).toTheEnd());
  }

  /** A call whose time is over may have ended in time; it is asked for all the same. */
  private Optional<ToolOutcome> adopt(Tool tool, Entry.ToolIntent intent, ToolContext context) {
    Instant answered = run.now().plus(TIME_TO_ANSWER);
    Instant until = answered.isAfter(intent.deadline()) ? answered : intent.deadline();
    return run.inFlight(until, Halt.Why.NO_SESSION, () -> found(tool, context))
        .flatMap(found -> found);
  }

  private ToolOutcome call(Tool tool, ToolCall call, Entry.ToolIntent intent, Keeping made) {
    Duration longest = run.budget.left(work.spent(), run.house.longestCall());
    Instant until = run.now().plus(longest); // the one announced may be long over
    ToolContext context = context(tool, intent, until, made);
    return run.inFlight(until, Halt.Why.NO_SESSION, () -> calmly(tool, call, context))
        .orElseGet(
            () ->
                ToolOutcome.error(
                    "stopped after " + longest.toSeconds() + " seconds, the longest allowed"));
  }

  private Entry.ToolIntent announce(List<ToolCall> wanted, int index) {
    Entry.ToolIntent intent = intent(run.state.nextStep(), wanted.get(index));
    run.announce(intent);
    return intent;
  }

  /** The announcement of a call, if there is another one to make. */
  private Optional<Entry.ToolIntent> intent(
      int step, List<ToolCall> wanted, int index, Budget.Spent spent) {
    return index < wanted.size() && run.budget.beforeCall(spent).isEmpty()
        ? Optional.of(intent(step, wanted.get(index)))
        : Optional.empty();
  }

  private Entry.ToolIntent intent(int step, ToolCall call) {
    return new Entry.ToolIntent(
        step,
        call.id(),
        run.claim.log().job().id() + "-" + step,
        run.now().plus(run.house.longestCall()),
        work.parent);
  }

  private ToolContext context(Tool tool, Entry.ToolIntent intent, Instant deadline, Keeping made) {
    JobRef job = run.claim.log().job();
    return new ToolContext(
        job,
        run.state.owner(),
        run.state.conversation().orElse(null),
        intent.executionId(),
        work.strand.inFlightSince().orElseGet(run::now),
        deadline,
        run.house.sessions().of(job, run.state, run.memory()),
        run.memory().workspace(run),
        (stream, text) -> run.audience.output(intent.step(), stream, text),
        made,
        () -> run.house.delegation().token(job, run.state.owner(), tool.scopes()));
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
    if (fault instanceof Delegation.Expired) {
      return ToolOutcome.error(StopReason.DELEGATION_EXPIRED.word() + ": " + fault.getMessage());
    }
    if (fault instanceof Delegation.NotDelegated) {
      return ToolOutcome.error("not allowed: " + fault.getMessage());
    }
    log.atWarn()
        .setCause(fault)
        .addKeyValue("tool", tool.name())
        .log("a tool failed; the model is told");
    return ToolOutcome.error("the tool itself failed: " + fault);
  }
}
