package dev.millrace.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Unavailable;
import dev.millrace.journal.Halt;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class VirtualTasksTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Tasks tasks = new VirtualTasks();

  @Test
  void a_call_is_made_beside_the_caller_and_its_answer_comes_back() {
    var task = tasks.start(Thread::currentThread);

    var thread = task.await(LONG).orElseThrow();

    assertThat(thread).isNotEqualTo(Thread.currentThread());
    assertThat(thread.isVirtual()).isTrue();
  }

  @Test
  void a_call_that_has_not_answered_can_be_waited_for_again() {
    var go = new CountDownLatch(1);
    var task =
        tasks.start(
            () -> {
              go.await();
              return "late";
            });

    assertThat(task.await(Duration.ZERO)).isEmpty();
    assertThat(task.await(Duration.ofNanos(1))).isEmpty();
    go.countDown();
    assertThat(task.await(LONG)).contains("late");
  }

  @Test
  void an_interrupt_reaches_the_call() throws Exception {
    var began = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    var interrupted = new AtomicBoolean();
    var task =
        tasks.start(
            () -> {
              began.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.set(true);
              } finally {
                ended.countDown();
              }
              return "never";
            });
    began.await();

    task.stop();

    ended.await();
    assertThat(interrupted).isTrue();
  }

  @Test
  void stopping_a_call_that_has_answered_changes_nothing() {
    var task = tasks.start(() -> "done");
    assertThat(task.await(LONG)).contains("done");

    task.stop();

    assertThat(task.await(LONG)).contains("done");
  }

  @Test
  void what_the_call_throws_is_thrown() {
    var unavailable = new Unavailable("away");
    var error = new StackOverflowError("deep");

    assertThatThrownBy(() -> awaitThrown(unavailable)).isSameAs(unavailable);
    assertThatThrownBy(() -> awaitThrown(error)).isSameAs(error);
    assertThatThrownBy(() -> awaitThrown(new IOException("cut")))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("cut");
  }

  private void awaitThrown(Throwable thrown) {
    tasks
        .start(
            () -> {
              if (thrown instanceof Error error) {
                throw error;
              }
              throw (Exception) thrown;
            })
        .await(LONG);
  }

  @Test
  void a_worker_that_is_interrupted_while_it_waits_has_to_stop_and_stays_interrupted()
      throws Exception {
    var thrown = new AtomicReference<Throwable>();
    var kept = new AtomicBoolean();
    var task =
        tasks.start(
            () -> {
              new CountDownLatch(1).await();
              return "never";
            });
    var waiter =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    task.await(LONG);
                  } catch (Halt halt) {
                    thrown.set(halt);
                    kept.set(Thread.currentThread().isInterrupted());
                  }
                });

    waiter.interrupt();
    waiter.join();

    assertThat(thrown.get())
        .isInstanceOfSatisfying(
            Halt.class, halt -> assertThat(halt.why()).isEqualTo(Halt.Why.STOPPING));
    assertThat(kept).isTrue();
    task.stop();
  }
}
