package dev.millrace.bus.pump;

import static dev.millrace.bus.Delivery.Kind.BATCH;
import static dev.millrace.bus.Delivery.Kind.CONVERSATION;
import static dev.millrace.bus.Delivery.Kind.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Eventually;
import dev.millrace.bus.BusSettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class GateTest {
  private final Gate gate = new Gate(new BusSettings.Limits(1, 1, 1));

  /** A step in a thread of its own, which may have to wait. */
  private static final class Step {
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();
    private final Thread thread;

    Step(BooleanSupplier step) {
      thread = Thread.ofVirtual().start(() -> answer.complete(step.getAsBoolean()));
    }

    void waits() {
      Eventually.that("it waits", () -> thread.getState() == Thread.State.WAITING);
      assertThat(answer).isNotDone();
    }

    boolean answer() throws InterruptedException, ExecutionException, TimeoutException {
      return answer.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void one_over_its_limit_waits_until_one_of_its_kind_is_done() throws Exception {
    var first = running();
    var second = running();
    assertThat(first.enter(JOB)).isTrue();

    var waiting = new Step(() -> second.enter(JOB));
    waiting.waits();
    first.end();

    assertThat(waiting.answer()).isTrue();
  }

  @Test
  void the_limits_of_other_kinds_are_their_own() {
    assertThat(running().enter(JOB)).isTrue();
    assertThat(running().enter(CONVERSATION)).isTrue();
    assertThat(running().enter(BATCH)).isTrue();
  }

  @Test
  void who_asks_again_has_its_place_and_may_change_it() throws Exception {
    var first = running();
    var second = running();
    assertThat(first.enter(JOB)).isTrue();
    assertThat(first.enter(JOB)).isTrue();

    assertThat(first.enter(BATCH)).isTrue();

    assertThat(new Step(() -> second.enter(JOB)).answer()).isTrue();
  }

  @Test
  void who_runs_alone_waits_for_the_others_and_holds_up_whoever_comes() throws Exception {
    var other = running();
    var hermit = running();
    var late = gate.pass(() -> true);

    var solitude = new Step(hermit::becomeAlone);
    solitude.waits();
    var begin = new Step(late::begin);
    begin.waits();
    other.end();
    assertThat(solitude.answer()).isTrue();
    assertThat(hermit.alone()).isTrue();
    begin.waits();
    hermit.end();

    assertThat(begin.answer()).isTrue();
    assertThat(hermit.alone()).isFalse();
  }

  @Test
  void who_waits_for_its_kind_disturbs_nobody_who_is_alone_nor_goes_on_beside_it()
      throws Exception {
    var holder = running();
    var waiting = running();
    var hermit = running();
    holder.enter(JOB);
    var enter = new Step(() -> waiting.enter(JOB));
    enter.waits();
    var solitude = new Step(hermit::becomeAlone);
    solitude.waits();

    holder.end();

    assertThat(solitude.answer()).isTrue();
    enter.waits();
    hermit.end();
    assertThat(enter.answer()).isTrue();
  }

  @Test
  void two_who_want_to_be_alone_are_so_one_after_the_other() throws Exception {
    var first = running();
    var second = running();
    var one = new Step(first::becomeAlone);
    one.waits();
    var two = new Step(second::becomeAlone);

    Eventually.that("one is alone", () -> one.answer.isDone() != two.answer.isDone());
    (one.answer.isDone() ? first : second).end();

    assertThat(one.answer()).isTrue();
    assertThat(two.answer()).isTrue();
  }

  @Test
  void whose_lock_is_gone_waits_no_longer() throws Exception {
    var locked = new AtomicBoolean(true);
    running().enter(JOB);
    var pass = gate.pass(locked::get);
    assertThat(pass.begin()).isTrue();
    var enter = new Step(() -> pass.enter(JOB));
    enter.waits();

    locked.set(false);
    gate.look();

    assertThat(enter.answer()).isFalse();
  }

  @Test
  void nobody_waits_at_a_closed_gate() throws Exception {
    var holder = running();
    holder.enter(JOB);
    var second = running();
    var hermit = running();
    var enter = new Step(() -> second.enter(JOB));
    enter.waits();
    var solitude = new Step(hermit::becomeAlone);
    solitude.waits();
    var pause =
        new Step(
            () -> {
              holder.pause(Duration.ofHours(1));
              return true;
            });

    gate.close();

    assertThat(enter.answer()).isFalse();
    assertThat(solitude.answer()).isFalse();
    assertThat(pause.answer()).isTrue();
    assertThat(gate.pass(() -> true).begin()).isFalse();
    assertThat(holder.enter(JOB)).isFalse();
  }

  private Gate.Pass running() {
    var pass = gate.pass(() -> true);
    assertThat(pass.begin()).isTrue();
    return pass;
  }
}
