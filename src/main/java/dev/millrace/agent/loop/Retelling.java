package dev.millrace.agent.loop;

import dev.millrace.job.Ending;
import dev.millrace.job.Message;
import dev.millrace.job.StopReason;
import dev.millrace.job.Usage;
import dev.millrace.journal.Entry;
import dev.millrace.model.LanguageModel.Reply;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Puts a summary in the place of a past that has grown too long for its model. */
final class Retelling {
  private final Work work;
  private final Run run;
  private final Prompts prompts;

  Retelling(Work work, Prompts prompts) {
    this.work = work;
    this.run = work.run;
    this.prompts = prompts;
  }

  /** Tells the past by a summary; without a past that could be told so, it is too long for good. */
  Optional<Ending> because(String why) {
    if (work.depth > 0 || !prompts.canBeShorter()) {
      return Optional.of(Ending.failed(StopReason.CONTEXT, why, List.of()));
    }
    Instant began = run.now();
    int upTo = run.state.nextStep() - 1;
    for (Prompts.Detail detail : Prompts.Detail.values()) {
      var prompt = prompts.summary(detail);
      Optional<Reply> reply = work.reply(prompt, upTo + 1, false);
      if (reply.isEmpty()) {
        return Optional.of(Ending.cutShort(StopReason.BUDGET_SECONDS, work.strand.soFar()));
      }
      switch (reply.get()) {
        case Reply.Answer(Message said, Usage usage, var modelState)
            when !said.text().isBlank() -> {
          run.write(
              new Entry.Summarized(
                  upTo,
                  Prompts.SUMMARY + said.text(),
                  work.agent.model().name(),
                  usage,
                  run.secondsSince(began)),
              Optional.empty());
          return Optional.empty();
        }
        case Reply.Answer empty -> {} // in less detail, then
        case Reply.Refused(String refused) -> {
          return Optional.of(Ending.failed(StopReason.REFUSED, refused, List.of()));
        }
        case Reply.TooLong longer -> {}
      }
    }
    return Optional.of(Ending.failed(StopReason.CONTEXT, why, List.of()));
  }
}
