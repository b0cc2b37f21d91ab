package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.Dependency.State;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DependenciesTest {
  @Test
  @Timeout(60)
  void each_is_named_and_one_that_does_not_answer_holds_up_no_other() {
    var never = new CountDownLatch(1);
    var dependencies =
        new Dependencies(
            List.of(
                Dependency.asked("storage", () -> {}),
                Dependency.asked("bus", () -> await(never)),
                Dependency.asked("sessions", DependenciesTest::fail),
                Dependency.unasked("model")));

    assertThat(dependencies.ask())
        .isEqualTo(
            Map.of(
                "storage", State.UP,
                "bus", State.DOWN,
                "sessions", State.DOWN,
                "model", State.UNKNOWN));
  }

  private static void fail() {
    throw new IllegalStateException("broken");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
