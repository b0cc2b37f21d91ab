package dev.millrace.model.waiting;

import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.Growing;
import dev.millrace.model.LanguageModel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A model that is asked again, after growing pauses, until the patience is over. */
public final class PatientModel implements LanguageModel {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int TRIES = 10;

  private final About about;
  private final Attempt attempt;
  private final Manners manners;
  private final Lane lane;
  private final Growing growing;

  /**
   * What is known about the model.
   *
   * @param name as results show it
   * @param where it is, for people
   */
  public record About(String name, String where, boolean sees, long window) {}

  public PatientModel(About about, Attempt attempt, Manners manners) {
    this.about = about;
    this.attempt = attempt;
    this.manners = manners;
    this.lane = new Lane(manners.concurrent(), manners.clock());
    this.growing = new Growing(FIRST, LONGEST, manners.random());
  }

  @Override
  public String name() {
    return about.name();
  }

  @Override
  public boolean sees() {
    return about.sees();
  }

  @Override
  public long window() {
    return about.window();
  }

  @Override
  public Reply reply(Prompt prompt, Words words) {
    try {
      lane.enter();
      try {
        return new Call(prompt, words).made();
      } finally {
        lane.leave();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unavailable("was stopped while it asked " + described(), e);
    }
  }

  private String described() {
    return "the model %s at %s".formatted(about.name(), about.where());
  }

  /** One question. It keeps its place while it waits, so that nobody overtakes it. */
  private final class Call {
    private final Prompt prompt;
    private final Words words;
    private Duration waited = Duration.ZERO;
    private @Nullable Busy last;

    Call(Prompt prompt, Words words) {
      this.prompt = prompt;
      this.words = words;
    }

    Reply made() throws InterruptedException {
      for (int tries = 1; ; tries++) {
        waitUntilOpen();
        try {
          return attempt.make(prompt, words);
        } catch (Busy e) {
          last = e;
          if (tries == TRIES) {
            throw givenUp();
          }
          Duration pause = e.retryAfter().orElse(growing.pause(tries));
          if (e.concernsEverybody()) {
            lane.close(pause);
          } else {
            pause(pause);
          }
        }
      }
    }

    /** Somebody else's bad news is everybody's; so are those that come in while it waits. */
    private void waitUntilOpen() throws InterruptedException {
      for (Duration closed = lane.closedFor(); closed.isPositive(); closed = lane.closedFor()) {
        pause(closed.plus(growing.spread(closed.dividedBy(10))));
      }
    }

    private void pause(Duration pause) throws InterruptedException {
      waited = waited.plus(pause);
      if (waited.compareTo(manners.patience()) > 0) {
        throw givenUp();
      }
      manners.pauses().pause(pause);
    }

    private Unavailable givenUp() {
      return last == null
          ? new Unavailable(
              described() + " is not asked for now: it has told others that it is busy")
          : new Unavailable("%s could not answer: %s".formatted(described(), last.why()), last);
    }
  }
}
