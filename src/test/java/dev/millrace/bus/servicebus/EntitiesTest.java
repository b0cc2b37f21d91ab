package dev.millrace.bus.servicebus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.bus.TestBus;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntitiesTest {
  @TempDir Path folder;
  private TestBus bus;

  @BeforeEach
  void start() {
    bus = TestBus.of(folder, TestBus.queue("jobs"), TestBus.queueWithSessions("talks"));
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
  }

  @Test
  void where_everything_is_there_nothing_is_to_be_mended() {
    bus.send("jobs", "1");

    assertThat(new Entities(bus.namespace()).faults(TestBus.queues("jobs"), "results")).isEmpty();
    assertThat(bus.lying("jobs"))
        .singleElement()
        .satisfies(message -> assertThat(message.getDeliveryCount()).isZero());
  }

  @Test
  void what_is_missing_is_named_with_its_setting() {
    var faults = new Entities(bus.namespace()).faults(TestBus.queues("jobs", "gone"), "outcomes");

    assertThat(faults)
        .containsExactlyInAnyOrder(
            "millrace.queues (MILLRACE_QUEUES) names gone, but there is no gone in the namespace.",
            "millrace.bus.topic (MILLRACE_BUS_TOPIC) names outcomes, but there is no outcomes in"
                + " the namespace.");
  }

  @Test
  void a_queue_that_requires_sessions_is_no_queue_of_jobs() {
    assertThat(new Entities(bus.namespace()).faults(TestBus.queues("talks"), "results"))
        .singleElement()
        .asString()
        .startsWith("millrace.queues (MILLRACE_QUEUES) names talks, but talks requires sessions");
  }

  @Test
  void a_broker_that_is_away_is_waited_for() {
    bus.stop();

    assertThat(new Entities(bus.namespace()).faults(TestBus.queues("jobs"), "results")).isEmpty();
    bus.startAgain();
  }
}
