package dev.millrace.model.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Eventually;
import dev.millrace.SettableClock;
import dev.millrace.job.Message;
import dev.millrace.job.Unavailable;
import dev.millrace.job.Usage;
import dev.millrace.job.retry.Pauses;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatientModelTest {
  private static final Reply FOUR =
      new Reply.Answer(Message.assistant("Four.", List.of()), Usage.NONE, null);

  private final SettableClock clock = new SettableClock();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();

  @Test
  void no_more_calls_are_under_way_than_may_be_and_they_begin_in_the_order_they_came() {
    var begun = new CopyOnWriteArrayList<String>();
    var end = new Semaphore(0);
    var model =
        model(
            2,
            (prompt, words) -> {
              begun.add(prompt.messages().getFirst().text());
              end.acquire();
              return FOUR;
            });
    var threads = new ArrayList<Thread>();
    for (int n = 0; n < 5; n++) {
      var prompt = Prompt.of(List.of(Message.user("" + n)));
      var thread = Thread.ofPlatform().start(() -> model.reply(prompt));
      threads.add(thread);
      int size = n + 1;
      Eventually.that(
          "each comes in turn",
          () ->
              begun.size() == Math.min(2, size)
                  && (size <= 2 || thread.getState() == Thread.State.WAITING));
    }

    for (int done = 1; done <= 5; done++) {
      end.release();
      int expected = Math.min(5, 2 + done);
      Eventually.that("the next one begins", () -> begun.size() == expected);
      assertThat(begun).hasSize(expected);
    }

    Eventually.that("all have ended", () -> threads.stream().noneMatch(Thread::isAlive));
    assertThat(begun).containsExactlyInAnyOrder("0", "1", "2", "3", "4");
    assertThat(begun.subList(2, 5)).containsExactly("2", "3", "4");
  }

  @Test
  void one_that_is_told_to_wait_makes_everybody_wait() {
    var tries = new AtomicInteger();
    var model =
        model(
            4,
            (prompt, words) -> {
              if (tries.incrementAndGet() == 1) {
                throw Busy.everybody("it is busy", Duration.ofSeconds(8));
              }
              return FOUR;
            },
            pause -> {
              pauses.add(pause);
              throw new InterruptedException(); // the one that was told goes away
            });
    var prompt = Prompt.of(List.of());

    assertThatThrownBy(() -> model.reply(prompt)).isInstanceOf(Unavailable.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(() -> model.reply(prompt)).isInstanceOf(Unavailable.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(pauses).containsExactly(Duration.ofSeconds(8), Duration.ofSeconds(8));
    assertThat(tries).hasValue(1);

    clock.advance(Duration.ofSeconds(8));
    assertThat(model.reply(prompt)).isEqualTo(FOUR);
  }

  @Test
  void bad_luck_of_one_makes_nobody_else_wait() {
    var model = model(4, failingTimes(1, Busy.once("it has a fault", null)));

    assertThat(model.reply(Prompt.of(List.of()))).isEqualTo(FOUR);
    assertThat(pauses).hasSize(1);
    assertThat(model.reply(Prompt.of(List.of()))).isEqualTo(FOUR);
    assertThat(pauses).hasSize(1);
  }

  @Test
  void one_that_is_always_busy_without_a_pause_is_given_up_all_the_same() {
    var model = model(1, failingTimes(1000, Busy.everybody("it is busy", Duration.ZERO)));

    assertThatThrownBy(() -> model.reply(Prompt.of(List.of())))
        .isInstanceOf(Unavailable.class)
        .hasMessage("the model gpt-4o at mill.example could not answer: it is busy");
  }

  @Test
  void who_waits_for_a_place_can_be_interrupted_and_takes_none() {
    var end = new CountDownLatch(1);
    var begun = new AtomicInteger();
    var model =
        model(
            1,
            (prompt, words) -> {
              begun.incrementAndGet();
              end.await();
              return FOUR;
            });
    var first = Thread.ofVirtual().start(() -> model.reply(Prompt.of(List.of())));
    Eventually.that("the first one has the place", () -> begun.get() == 1);

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> model.reply(Prompt.of(List.of()))).isInstanceOf(Unavailable.class);
    assertThat(Thread.interrupted()).isTrue();

    end.countDown();
    Eventually.that("the first one ends", () -> !first.isAlive());
    assertThat(model.reply(Prompt.of(List.of()))).isEqualTo(FOUR);
  }

  @Test
  void a_place_is_free_again_whatever_ended_the_call() {
    var model =
        model(
            1,
            new Attempt() {
              private int tries;

              @Override
              public Reply make(Prompt prompt, dev.millrace.model.LanguageModel.Words words) {
                if (tries++ == 0) {
                  throw new IllegalStateException("a bug");
                }
                return FOUR;
              }
            });

    assertThatThrownBy(() -> model.reply(Prompt.of(List.of())))
        .isInstanceOf(IllegalStateException.class);
    assertThat(model.reply(Prompt.of(List.of()))).isEqualTo(FOUR);
  }

  private static Attempt failingTimes(int times, Busy busy) {
    var tries = new AtomicInteger();
    return (prompt, words) -> {
      if (tries.incrementAndGet() <= times) {
        throw busy;
      }
      return FOUR;
    };
  }

  private PatientModel model(int concurrent, Attempt attempt) {
    return model(
        concurrent,
        attempt,
        pause -> {
          pauses.add(pause);
          clock.advance(pause);
        });
  }

  private PatientModel model(int concurrent, Attempt attempt, Pauses how) {
    return new PatientModel(
        new PatientModel.About("gpt-4o", "mill.example", false, Long.MAX_VALUE),
        attempt,
        new Manners(concurrent, Duration.ofSeconds(60), clock, how, () -> 0));
  }
}
