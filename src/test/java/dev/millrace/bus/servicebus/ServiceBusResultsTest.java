package dev.millrace.bus.servicebus;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import dev.millrace.Eventually;
import dev.millrace.bus.ResultFeed;
import dev.millrace.bus.ResultMessage;
import dev.millrace.bus.ResultTopic;
import dev.millrace.bus.ResultTopic.Publication;
import dev.millrace.bus.TestBus;
import dev.millrace.job.Unavailable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topic and what is read from it on the real SDK, against a broker in this process. */
class ServiceBusResultsTest {
  @TempDir Path folder;
  private TestBus bus;
  private ResultTopic topic;
  private ResultFeed feed;
  private final List<ResultMessage> read = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void start() {
    bus = TestBus.of(folder, TestBus.queue("replies"), TestBus.queueWithSessions("talks"));
    topic = new ServiceBusResultTopic(bus.namespace());
    feed = new ServiceBusResultFeed(bus.namespace(), "results");
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
  }

  @Test
  void a_result_reaches_the_subscriptions_it_fits() {
    topic.publish("results", result("1", null));
    topic.publish("results", result("2", "b-1"));

    assertThat(bus.takeResults("all", 2))
        .extracting(ServiceBusReceivedMessage::getMessageId)
        .containsExactly("1/result", "2/result");
    var batch = bus.takeResults("batches", 1).getFirst();
    assertThat(batch.getMessageId()).isEqualTo("2/result");
    assertThat(batch.getCorrelationId()).isEqualTo("c-2");
    assertThat(batch.getSubject()).isEqualTo("job.succeeded");
    assertThat(batch.getApplicationProperties())
        .isEqualTo(Map.of("schema", 1, "status", "succeeded", "batchId", "b-1"));
  }

  @Test
  void every_copy_has_the_same_id_and_the_same_bytes() {
    topic.publish("replies", result("1", null));
    topic.publish("replies", result("1", null));

    var copies = bus.take("replies", 2);
    assertThat(copies).extracting(ServiceBusReceivedMessage::getMessageId).containsOnly("1/result");
    assertThat(copies).extracting(copy -> copy.getBody().toString()).containsOnly("{\"n\":\"1\"}");
  }

  @Test
  void a_target_that_is_not_there_or_wants_something_else_is_impossible() {
    assertThat(topic.publish("nowhere", result("1", null)))
        .isEqualTo(new Publication.Impossible("there is no nowhere in the namespace"));
    assertThat(topic.publish("talks", result("1", null)))
        .isInstanceOfSatisfying(
            Publication.Impossible.class,
            it -> assertThat(it.why()).startsWith("talks does not allow this: "));
    assertThat(topic.publish("replies", result("1", null)))
        .isInstanceOf(Publication.Accepted.class);
  }

  @Test
  void a_result_goes_to_the_session_that_was_asked_for() {
    var plain = result("1", null);
    var addressed =
        new ResultMessage(
            plain.messageId(), null, "s-1", plain.subject(), plain.properties(), plain.body());

    assertThat(topic.publish("talks", addressed)).isInstanceOf(Publication.Accepted.class);

    assertThat(bus.lying("talks").getFirst().getSessionId()).isEqualTo("s-1");
  }

  @Test
  void a_reader_gets_every_result_of_its_subscription_as_it_was_published() throws Exception {
    var published = IntStream.range(0, 250).mapToObj(i -> result("" + i, "b")).toList();
    var following = bus.closing(feed.follow("batches", read::addAll));

    published.forEach(result -> topic.publish("results", result));
    topic.publish("results", result("plain", null));

    Eventually.that("all have come", () -> read.size() == 250);
    assertThat(read).containsExactlyInAnyOrderElementsOf(published);
    following.close();
  }

  @Test
  void what_a_reader_does_not_take_comes_again() {
    var calls = new ArrayList<Integer>();
    bus.closing(
        feed.follow(
            "batches",
            some -> {
              calls.add(some.size());
              if (calls.size() == 1) {
                throw new Unavailable("the store is away");
              }
              read.addAll(some);
            }));
    topic.publish("results", result("1", "b"));

    Eventually.that("it came again", () -> read.size() == 1);
    assertThat(calls).hasSize(2);
  }

  @Test
  void what_a_closed_reader_was_not_handed_comes_to_the_next_one() {
    feed.follow("batches", read::addAll).close();
    topic.publish("results", result("1", "b"));

    bus.closing(feed.follow("batches", read::addAll));

    Eventually.that("it came", () -> read.size() == 1);
  }

  private static ResultMessage result(String job, @Nullable String batch) {
    var properties = new HashMap<String, Object>(Map.of("schema", 1, "status", "succeeded"));
    if (batch != null) {
      properties.put("batchId", batch);
    }
    return new ResultMessage(
        job + "/result", "c-" + job, null, "job.succeeded", properties, "{\"n\":\"" + job + "\"}");
  }
}
