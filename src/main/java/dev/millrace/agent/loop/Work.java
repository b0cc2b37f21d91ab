package dev.millrace.agent.loop;

import dev.millrace.agent.Agent;
import dev.millrace.job.Ending;
import dev.millrace.job.Failure;
import dev.millrace.job.Finding;
import dev.millrace.job.Message;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Entry.Asked;
import dev.millrace.journal.Halt;
import dev.millrace.journal.Step;
import dev.millrace.journal.Strand;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one agent does in a job: the job's own, or one that it calls as a tool. */
final class Work {
  /** A model that has run into the limit of time may still say what it has found. */
  private static final Duration FOR_LAST_WORDS = Duration.ofSeconds(60);

  private static final String NUDGE = "Your answer was empty. Answer in words, or call a tool.";

  final Run run;
  final Agent agent;
  final Strand strand;

  /** The execution id of the call under which it works; null for the job's own agent. */
  final @Nullable String parent;

  final int depth;
  private final Prompts prompts;
  private final Retelling retelling;
  private final Calls calls;

  /** The job's own agent. */
  Work(Run run, Agent agent) {
    this(run, agent, null, 0, run.state.asked());
  }

  private Work(Run run, Agent agent, @Nullable String parent, int depth, Message asked) {
    this.run = run;
    this.agent = agent;
    this.parent = parent;
    this.depth = depth;
    this.strand = run.state.strand(parent);
    this.calls = new Calls(this);
    this.prompts = new Prompts(this, asked);
    this.retelling = new Retelling(this, prompts);
  }

  /** An agent that this one calls. */
  Work called(Agent other, String executionId, String message) {
    return new Work(run, other, executionId, depth + 1, Message.user(message));
  }

  Ending toTheEnd() {
    Optional<Ending> ending;
    do {
      run.mayBegin();
      ending = step();
    } while (ending.isEmpty());
    return ending.get();
  }

  private Optional<Ending> step() {
    Optional<Step.Model> answer = strand.lastAnswer();
    if (answer.isEmpty()) {
      return goOn();
    }
    List<ToolCall> wanted = answer.get().message().toolCalls();
    if (strand.called() < wanted.size()) {
      calls.make(wanted, strand.called());
      return Optional.empty();
    }
    return wanted.isEmpty() ? answered(answer.get()) : goOn();
  }

  /** Asks the model to go on, or to come to an end when it may not. */
  private Optional<Ending> goOn() {
    Optional<StopReason> over =
        strand
            .expired()
            .map(error -> StopReason.DELEGATION_EXPIRED)
            .or(() -> run.budget.beforeTurn(spent()));
    if (over.isEmpty()) {
      return prompts.nearlyFull() ? retelling.because("the context is nearly full") : ask(null);
    }
    return depth > 0
        ? Optional.of(cutShort(over.get(), strand.soFar()))
        : ask(new Asked(over.get().word(), wrapUp(over.get())));
  }

  /** What the job has used by now; the calls under which this agent works have been made. */
  Budget.Spent spent() {
    return Budget.Spent.of(run.state, run.now(), depth);
  }

  private static String wrapUp(StopReason over) {
    return """
    %s (%s). No tool can be called any more. Answer now with what you have found so far, and say \
    what is missing.\
    """
        .formatted(
            over == StopReason.DELEGATION_EXPIRED
                ? "What the owner of this job has lent it has expired"
                : "The budget of this job is used up",
            over.word());
  }

  private Ending cutShort(StopReason over, String text) {
    return cutShort(over, text, null);
  }

  /** A job that has outlived what it was lent has failed, whatever else it has found. */
  private Ending cutShort(StopReason over, String text, @Nullable Object structured) {
    Failure failure =
        over.status() == Status.FAILED
            ? new Failure(over.word(), strand.expired().orElse(over.word()), List.of())
            : null;
    return new Ending(over, text, structured, failure);
  }

  /**
   * @param asked what we say before the answer; null in the plain course of things
   */
  private Optional<Ending> ask(@Nullable Asked asked) {
    Optional<StopReason> usedUp = Optional.ofNullable(asked).flatMap(Work::budgetWord);
    boolean last = usedUp.isPresent();
    int step = run.state.nextStep();
    Instant began = run.now();
    var prompt = prompts.next(asked, last); // not in the call: the log is read on meanwhile
    Optional<Reply> reply = reply(prompt, step, last);
    if (reply.isEmpty()) {
      return asked == null
          ? Optional.empty() // what is used up now is seen by whoever goes on
          : Optional.of(cutShort(usedUp.orElse(StopReason.BUDGET_SECONDS), strand.soFar()));
    }
    return switch (reply.get()) {
      case Reply.Answer(Message said, Usage usage, var modelState) -> {
        Message message = last ? Message.assistant(said.text(), List.of()) : said;
        run.write(
            new Entry.ModelDone(
                step,
                agent.model().name(),
                message,
                usage,
                modelState,
                run.secondsSince(began),
                parent,
                asked),
            calls.first(step + 1, message.toolCalls(), spent().answered(usage)));
        yield Optional.empty();
      }
      case Reply.Refused(String why) ->
          Optional.of(Ending.failed(StopReason.REFUSED, why, List.of()));
      case Reply.TooLong(String why) ->
          last ? Optional.of(cutShort(usedUp.get(), strand.soFar())) : retelling.because(why);
    };
  }

  /**
   * Empty when the job's time was over before the answer came.
   *
   * @param last whether these are the last words, for which there is time beyond the job's
   */
  Optional<Reply> reply(Prompt prompt, int step, boolean last) {
    Duration longest = run.house.longestCall();
    Duration limit =
        last
            ? longest.compareTo(FOR_LAST_WORDS) < 0 ? longest : FOR_LAST_WORDS
            : run.budget.left(spent(), longest);
    Optional<Reply> reply =
        run.inFlight(
            run.now().plus(limit),
            Halt.Why.NO_MODEL,
            () ->
                run.audience.anybody()
                    ? agent.model().reply(prompt, delta -> run.audience.text(step, delta))
                    : agent.model().reply(prompt));
    if (reply.isEmpty() && limit.equals(longest)) {
      throw new Halt(Halt.Why.NO_MODEL);
    }
    return reply;
  }

  /** An answer in words: the end, unless it says nothing or not what it has to. */
  private Optional<Ending> answered(Step.Model answer) {
    String text = answer.message().text();
    Optional<StopReason> usedUp = Optional.ofNullable(answer.asked()).flatMap(Work::budgetWord);
    if (usedUp.isPresent()) {
      return Optional.of(
          cutShort(usedUp.get(), text.isBlank() ? strand.soFar() : text, structured(text)));
    }
    if (text.isBlank() && !strand.wasTold(Asked.EMPTY)) {
      return ask(new Asked(Asked.EMPTY, NUDGE));
    }
    return prompts
        .schema()
        .map(schema -> checked(text, schema))
        .orElseGet(() -> Optional.of(Ending.answered(text)));
  }

  private Optional<Ending> checked(String text, Map<String, Object> schema) {
    return switch (Form.of(schema, text)) {
      case Form.Kept(var value) -> Optional.of(new Ending(StopReason.ANSWERED, text, value, null));
      case Form.Broken broken ->
          strand.wasTold(Asked.SCHEMA)
              ? Optional.of(
                  Ending.failed(
                      StopReason.SCHEMA,
                      "the answer does not follow the response schema, and did not when it was"
                          + " mended",
                      broken.findings()))
              : ask(new Asked(Asked.SCHEMA, broken.repair()));
      case Form.Impossible(Finding why) ->
          Optional.of(
              Ending.failed(StopReason.INVALID, "the request cannot be done", List.of(why)));
    };
  }

  private @Nullable Object structured(String text) {
    return prompts
        .schema()
        .map(schema -> Form.of(schema, text) instanceof Form.Kept(var value) ? value : null)
        .orElse(null);
  }

  private static Optional<StopReason> budgetWord(Asked asked) {
    return StopReason.of(asked.why())
        .filter(
            reason ->
                reason.status() == Status.INCOMPLETE || reason == StopReason.DELEGATION_EXPIRED);
  }

  /** What a called agent's end is to the one that called it. */
  static ToolOutcome outcome(Ending ending) {
    if (ending.reason() == StopReason.ANSWERED) {
      return ToolOutcome.of(ending.response());
    }
    Failure failure = ending.failure();
    if (failure == null) {
      return ToolOutcome.error(
          "it was cut short (" + ending.reason().word() + "): " + ending.response());
    }
    boolean ours = ending.reason() == StopReason.DELEGATION_EXPIRED; // and of whoever called it
    return ToolOutcome.error(
        ours
            ? failure.message() + "\nUntil then it had found: " + ending.response()
            : "it failed: " + failure.message());
  }
}
