package dev.millrace;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.model.LanguageModel;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process as it is, whose only agent takes six steps at once, or stays as long as it is let. */
@Factory
@Requires(property = SteppedRooms.ON)
final class SteppedRooms {
  static final String ON = "millrace.test.six-steps";

  /** What a job that does not end by itself is told. */
  static final String STAY = "Stay.";

  @Singleton
  @Replaces(Agents.class)
  Agents agents() {
    return new Agents(
        List.of(
            new Agent(
                "analyst", new Patient(new SixSteps()), "Play.", List.of(new SixSteps.NoOp()))));
  }

  private record Patient(LanguageModel model) implements LanguageModel {
    @Override
    public String name() {
      return model.name();
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      if (prompt.messages().getLast().text().equals(STAY)) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return model.reply(prompt, words);
    }
  }
}
