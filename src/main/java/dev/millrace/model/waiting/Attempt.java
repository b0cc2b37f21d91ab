package dev.millrace.model.waiting;

import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.Words;

/** Asks a model once. */
@FunctionalInterface
public interface Attempt {
  /**
   * @throws Busy when it came to nothing, and may be better next time
   * @throws dev.millrace.job.Unavailable when only a person can mend it
   */
  Reply make(Prompt prompt, Words words) throws Busy, InterruptedException;
}
