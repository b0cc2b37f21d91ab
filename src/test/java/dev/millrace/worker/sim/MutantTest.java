package dev.millrace.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator can fail: take any one guard out, and it does. */
@Tag("full")
@Execution(ExecutionMode.CONCURRENT)
class MutantTest {
  private static final String AFTERMATH = "intake/Aftermath.java";
  private static final String ADMISSION = "intake/Admission.java";
  private static final String CONVERSATIONS = "intake/Conversations.java";
  private static final String INTAKE = "intake/Intake.java";
  private static final String ATTEMPTS = "journal/Attempts.java";
  private static final String CLAIM = "journal/Claim.java";
  private static final String LOG = "journal/Log.java";
  private static final String JOB_STATE = "journal/JobState.java";
  private static final String LOOK = "worker/Look.java";
  private static final String SHIFT = "worker/Shift.java";
  private static final String SWEEPER = "worker/Sweeper.java";
  private static final String WORKER = "worker/Worker.java";
  private static final String WORK = "agent/loop/Work.java";
  private static final String RETELLING = "agent/loop/Retelling.java";
  private static final String LOOP = "agent/loop/Calls.java";

  static List<Mutant> mutants() {
    return List.of(
        new Mutant("settle before publish", SHIFT, "    aftermath.finish(claim.log());\n", ""),
        new Mutant(
            "finish before end",
            SHIFT,
            "    claim.append(results.ended(claim.log(), ending));\n"
                + "    tell(claim.log());\n"
                + "    if (!delivery.locked()) {\n"
                + "      throw new Halt(Halt.Why.LOCK_LOST);\n"
                + "    }\n"
                + "    aftermath.finish(claim.log());\n",
            "    aftermath.finish(claim.log());\n"
                + "    claim.append(results.ended(claim.log(), ending));\n"),
        new Mutant(
            "publish, and do not note it",
            AFTERMATH,
            "          ended.record(new Entry.Published(out.messageId(), out.target(),"
                + " Outcome.PUBLISHED));",
            "          log.trace(\"published\");"),
        new Mutant(
            "turn before publish",
            AFTERMATH,
            "    for (Entry.Outbox out : ended.state().unpublished()) {\n"
                + "      publish(ended, out);\n"
                + "    }\n"
                + "    var head = conversations.turn(ended);\n",
            "    var head = conversations.turn(ended);\n"
                + "    for (Entry.Outbox out : ended.state().unpublished()) {\n"
                + "      publish(ended, out);\n"
                + "    }\n"),
        new Mutant(
            "no wake", AFTERMATH, "    head.ifPresent(next -> pointers.wake(ended, next));\n", ""),
        new Mutant(
            "no release of the session",
            AFTERMATH,
            "      release.release(ended.job(), ended.state());\n",
            ""),
        new Mutant("never closed", AFTERMATH, "      index.closed(ended.job());\n", ""),
        new Mutant(
            "never patient with a target",
            AFTERMATH,
            "        if (!patient) {\n",
            "        if (false) {\n"),
        new Mutant(
            "no turn", AFTERMATH, "conversations.turn(ended);", "conversations.head(ended);"),
        new Mutant(
            "a turn without a place",
            CONVERSATIONS,
            "        conversation.append(new ConversationEntry.Queued(ended.job().id().value()),"
                + " turn);",
            "        conversation.append(turn);"),
        new Mutant(
            "a second turn for who had one",
            CONVERSATIONS,
            "(ended.state().attempts().epoch() > 0 || conversation.everQueued(job))",
            "false"),
        new Mutant(
            "a place for who has ended",
            CONVERSATIONS,
            "      if (state.ended().isPresent() || state.attempts().epoch() > 0) {",
            "      if (false) {"),
        new Mutant(
            "not open before it exists",
            ADMISSION,
            "      index.opening(job, clock.instant());\n",
            ""),
        new Mutant(
            "whatever body under a known id",
            ADMISSION,
            "    if (!log.state().submitted().requestHash().equals(candidate.hash())) {",
            "    if (false) {"),
        new Mutant(
            "no pointer to a submitted job",
            INTAKE,
            "        var sent = new Entry.Enqueued(pointers.first(job));\n"
                + "        while (!state.enqueued() && !job.append(sent)) {\n",
            "        var sent = new Entry.Enqueued(\"\");\n"
                + "        while (state.enqueued() && !job.append(sent)) {\n"),
        new Mutant(
            "cancel whoever works on it",
            INTAKE,
            "      if (job.state().attempts().standing().isPresent()) {",
            "      if (false) {"),
        new Mutant(
            "no fencing",
            CLAIM,
            "state().attempts().epoch() > epoch || log.newer().isPresent()",
            "log.newer().isPresent()"),
        new Mutant(
            "work on after the end",
            CLAIM,
            "    if (state().ended().isPresent()) {\n",
            "    if (false) {\n"),
        new Mutant(
            "begin under a lost lock",
            CLAIM,
            "    if (!locked.getAsBoolean()) {\n",
            "    if (false) {\n"),
        new Mutant(
            "a lost answer taken for a refusal",
            LOG,
            "yield readOn().stream().anyMatch(line -> line.recordId().equals(mine));",
            "yield readOn().isEmpty() && mine.isEmpty();"),
        new Mutant(
            "a refusal taken for a lost answer",
            LOG,
            "yield readOn().stream().anyMatch(line -> line.recordId().equals(mine));",
            "yield !readOn().isEmpty() || !mine.isEmpty();"),
        new Mutant(
            "poison without regard to a release",
            ATTEMPTS,
            "    released = release;\n    stands = false;\n",
            "    released = release;\n"),
        new Mutant(
            "never poison",
            ATTEMPTS,
            "    return counted >= BARREN_ALONE_IS_POISON;",
            "    return counted < 0;"),
        new Mutant(
            "poison for a neighbour's death",
            ATTEMPTS,
            "barrenAlone += claim != null && claim.alone() ? 1 : 0;",
            "barrenAlone += 2;"),
        new Mutant(
            "never alone", ATTEMPTS, "    return barren || standsBarren();", "    return false;"),
        new Mutant(
            "repeated turns kept quiet",
            ATTEMPTS,
            "      repeatedTurns += nextIsModel ? 1 : 0;\n",
            ""),
        new Mutant(
            "outages kept quiet",
            ATTEMPTS,
            "    repeatedTurns += nextIsModel && release.why().equals(Entry.Released.STORE_AWAY) ?"
                + " 1 : 0;\n",
            ""),
        new Mutant(
            "publish to one target only",
            JOB_STATE,
            "        .filter(out -> !published.containsKey(out.target()))",
            "        .filter(out -> published.isEmpty())"),
        new Mutant(
            "skip the finish of an ended head",
            LOOK,
            "    if (state.ended().isPresent()) {\n      return new Move.Finish(job);",
            "    if (state.ended().isPresent()) {\n      return new Move.StepAside(job);"),
        new Mutant(
            "skip the finish of an ended job",
            LOOK,
            "    if (own.state().ended().isPresent()) {\n      return new Move.Finish(own);",
            "    if (own.state().ended().isPresent()) {\n      return new Move.StepAside(own);"),
        new Mutant(
            "no place in line by whoever meets it", LOOK, "      conversations.enlist(own);\n", ""),
        new Mutant(
            "step aside from one's own claim",
            LOOK,
            "    return sameMessage(delivery, claim)\n        || (",
            "    return ("),
        new Mutant(
            "wait for a head that is lost",
            LOOK,
            "    return !log.exists() && log.newer().isEmpty();",
            "    return false;"),
        new Mutant(
            "no redrive",
            LOOK,
            "Pointer.isRedrive(delivery.message()) && silent(delivery.message(), job)",
            "false"),
        new Mutant(
            "claim by the wrong name of a message",
            LOOK,
            "        && claim.sequenceNumber() == message.sequenceNumber();",
            "        && message.sequenceNumber() > 0;"),
        new Mutant(
            "run whoever's message it is",
            LOOK,
            "head.get().equals(own.job().id()) ? own : read(own, head.get())",
            "own"),
        new Mutant(
            "look for ever for a line that is gone",
            LOOK,
            "return hadPlace ? atHead(delivery, own) : at(delivery, own);",
            "return at(delivery, own);"),
        new Mutant(
            "settle under a head's claim",
            WORKER,
            "          if (held.isEmpty()) {\n",
            "          if (true) {\n"),
        new Mutant(
            "a job that waits is run at once",
            LOOK,
            "filter(now::isBefore).filter(brokers::isBefore).isPresent()",
            "filter(now::isAfter).filter(brokers::isBefore).isPresent()"),
        new Mutant(
            "poison is run again", LOOK, "    if (attempts.poisonous()) {", "    if (false) {"),
        new Mutant(
            "settle a job that waits for its time",
            WORKER,
            "          pointers.later(job, notBefore);\n",
            ""),
        new Mutant(
            "claim under a lost lock",
            WORKER,
            "    if (!delivery.renew()) {\n",
            "    if (false) {\n"),
        new Mutant(
            "claim where there is no place",
            WORKER,
            "stopping || !delivery.enter(kind(job))",
            "stopping"),
        new Mutant(
            "claim while stopping",
            WORKER,
            "stopping || !delivery.enter(kind(job))",
            "!delivery.enter(kind(job))"),
        new Mutant(
            "run without a claim",
            WORKER,
            "    if (job.append(claim)) {\n",
            "    job.append(claim);\n    if (true) {\n"),
        new Mutant(
            "a late clock's word for later",
            SHIFT,
            "(brokers.isAfter(now) ? brokers : now)",
            "(brokers.isAfter(now) ? now : now)"),
        new Mutant(
            "let go without a pointer", SHIFT, "    pointers.later(claim.log(), notBefore);\n", ""),
        new Mutant(
            "let go without a note",
            SHIFT,
            "    claim.append(new Entry.Released(claim.epoch(), why, notBefore));\n",
            ""),
        new Mutant(
            "no journal before tools",
            CLAIM,
            "    } while (!log.append(entries));",
            "    } while (!log.append(java.util.Arrays.stream(entries).filter(e -> !(e instanceof"
                + " Entry.ToolIntent)).toArray(Entry[]::new)));"),
        new Mutant(
            "no adoption",
            LOOP,
            ": adopt(tool, intent, context(tool, intent, intent.deadline(), made))",
            ": Optional.empty()"),
        new Mutant(
            "last words that are not known for the last",
            WORK,
            "    Optional<StopReason> usedUp ="
                + " Optional.ofNullable(answer.asked()).flatMap(Work::budgetWord);\n",
            "    Optional<StopReason> usedUp = Optional.empty();\n"),
        new Mutant(
            "what was asked is not written down",
            WORK,
            "                parent,\n                asked),",
            "                parent,\n                null),"),
        new Mutant(
            "the schema is explained for ever",
            WORK,
            "          strand.wasTold(Asked.SCHEMA)\n",
            "          agent.name().isEmpty()\n"),
        new Mutant(
            "an empty answer is nudged again",
            WORK,
            "    if (text.isBlank() && !strand.wasTold(Asked.EMPTY)) {\n",
            "    if (text.isBlank()) {\n"),
        new Mutant(
            "a summary is not written down",
            RETELLING,
            "          run.write(\n              new Entry.Summarized(",
            "          java.util.Map.entry(\n              new Entry.Summarized("),
        new Mutant(
            "a called agent begins anew",
            LOOP,
            "work.called(other.agent(), intent.executionId(), message)",
            "work.called(other.agent(), intent.executionId() + run.isMine(intent), message)"),
        new Mutant(
            "calls beyond the budget",
            LOOP,
            "begun.isPresent() ? Optional.empty() : run.budget.beforeCall(work.spent())",
            "Optional.empty()"),
        new Mutant(
            "seconds of a worker that died are lost",
            ATTEMPTS,
            "    worked = workedFor(lastSeen == null ? at : lastSeen);\n",
            ""),
        new Mutant(
            "summary and turn in two pieces",
            CONVERSATIONS,
            "        conversation.append(summary.get(), turn);",
            "        conversation.append(summary.get());\n        conversation.append(turn);"),
        new Mutant(
            "what was reset is told again",
            CONVERSATIONS,
            "told.isEmpty() || conversation.resetUnder(ended.job().id())",
            "told.isEmpty()"),
        new Mutant(
            "a model remembers what was reset",
            CONVERSATIONS,
            "reset ? null : modelState(state));",
            "modelState(state));"),
        new Mutant(
            "the sweeper sends nothing again",
            SWEEPER,
            "!conversations.behind(job) && neglected(job)",
            "false"),
        new Mutant(
            "the sweeper finishes nothing",
            SWEEPER,
            "      aftermath.finish(job);\n      return;\n",
            "      return;\n"),
        new Mutant(
            "the sweeper ends nothing",
            SWEEPER,
            "    if (job.append(results.ended(job, Ending.cutShort(reason, job.state().soFar()))))"
                + " {",
            "    if (false) {"),
        new Mutant(
            "dead letters stay",
            SWEEPER,
            "      queue.deadLetters(each.name(), this::setAside);\n",
            "      log.trace(each.name());\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void without_a_guard_something_breaks(Mutant mutant, @TempDir Path folder) throws Exception {
    String caught = mutant.caughtBy(folder);

    System.out.println(mutant.name() + " => " + caught.lines().findFirst().orElse("SURVIVED"));
    assertThat(caught).as(mutant.name()).isNotEmpty();
  }
}
