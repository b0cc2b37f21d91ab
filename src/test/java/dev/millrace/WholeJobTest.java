package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.administration.models.CreateRuleOptions;
import com.azure.messaging.servicebus.administration.models.SqlRuleFilter;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.bus.Queues;
import dev.millrace.bus.TestBus;
import dev.millrace.intake.Submission;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Owner;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import dev.millrace.storage.Storage;
import dev.millrace.storage.disk.DiskStorage;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import dev.millrace.worker.Patience;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a message on a queue to a result on the topic: everything but the model is real. */
class WholeJobTest {
  private static final Queues QUEUES =
      new Queues(
          List.of(
              new Queues.Queue("jobs", new Owner("default", "queue:jobs")),
              new Queues.Queue("blue", new Owner("blue", "robot")),
              new Queues.Queue("once", new Owner("once", "robot"))));

  /** Takes a claim for given up after some seconds. */
  private static final Patience IMPATIENT =
      new Patience(
          Duration.ofMillis(500),
          Duration.ofSeconds(4),
          Duration.ofHours(1),
          Duration.ofSeconds(1));

  @TempDir Path folder;
  private TestBus bus;
  private Storage storage;
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private volatile CountDownLatch go = new CountDownLatch(0);

  @BeforeEach
  void start() {
    var jobs = Receiving.DEFAULT.withMaxDeliveryCount(100).withDeadLetterOnExpiration(true);
    bus =
        TestBus.of(
            folder.resolve("bus"),
            TestBus.queue("jobs", jobs),
            TestBus.queue("blue", jobs),
            TestBus.queue("once", jobs.withMaxDeliveryCount(1)),
            TestBus.queue("replies"));
    storage = DiskStorage.open(folder.resolve("data"), InstantSource.system());
  }

  @AfterEach
  void stop() throws Exception {
    go.countDown();
    bus.close();
    storage.close();
  }

  @Test
  void a_message_on_jobs_becomes_a_result_on_results() throws Exception {
    mill("w").start();

    bus.send(
        "jobs",
        message("m-1", "Plot it")
            .setCorrelationId("order-77")
            .setReplyTo("replies")
            .setReplyToSessionId("s-4"));

    var result = bus.takeResults("all", 1).getFirst();
    var id = JobId.ofMessage("default", "jobs", "m-1");
    assertThat(result.getMessageId()).isEqualTo(id + "/result");
    assertThat(result.getCorrelationId()).isEqualTo("order-77");
    assertThat(result.getSubject()).isEqualTo("job.succeeded");
    assertThat(result.getApplicationProperties())
        .containsEntry("jobId", id.value())
        .containsEntry("tenant", "default")
        .containsEntry("status", "succeeded")
        .containsEntry("stopReason", "answered");
    assertThat(body(result).get("response").getStringValue()).isEqualTo("Plot it: done");
    var reply = bus.take("replies", 1).getFirst();
    assertThat(reply.getBody()).hasToString(result.getBody().toString());
    assertThat(reply.getSessionId()).isEqualTo("s-4");
    quiet();
    assertThat(calls.get("tool Plot it")).hasValue(1);
  }

  @Test
  void a_subscriber_filters_by_what_results_say_of_themselves() throws Exception {
    try (var rules =
        new ServiceBusClientBuilder()
            .connectionString(bus.connectionString())
            .ruleManager()
            .topicName("results")
            .subscriptionName("all")
            .buildClient()) {
      rules.createRule(
          "mine",
          new CreateRuleOptions(new SqlRuleFilter("status = 'succeeded' AND agent = 'analyst'")));
      rules.deleteRule("$Default");
    }
    mill("w").start();
    bus.send("jobs", message("wrong", "one").setReplyTo("blue"), message("right", "two"));

    var result = bus.takeResults("all", 1).getFirst();
    quiet();
    assertThat(result.getMessageId())
        .isEqualTo(JobId.ofMessage("default", "jobs", "right") + "/result");
    assertThat(calls).containsKey("tool two").doesNotContainKey("tool one");
  }

  @Test
  void each_queue_stands_for_its_tenant_whatever_its_messages_say() throws Exception {
    mill("w").start();
    bus.send("jobs", message("m", "one"));
    bus.send("blue", message("m", "two"));

    assertThat(bus.takeResults("all", 2))
        .extracting(result -> result.getApplicationProperties().get("tenant"))
        .containsExactlyInAnyOrder("default", "blue");
  }

  @Test
  void a_message_sent_twice_is_one_job_and_another_body_under_its_id_is_a_conflict()
      throws Exception {
    mill("w").start();
    bus.send("jobs", message("m", "one"), message("m", "one"));
    var first = bus.takeResults("all", 1).getFirst();
    bus.send("jobs", message("m", "two"), message("m", "one"));

    var conflict = bus.takeResults("all", 1).getFirst();
    assertThat(first.getSubject()).isEqualTo("job.succeeded");
    assertThat(conflict.getApplicationProperties())
        .containsEntry("stopReason", "conflict")
        .doesNotContainKey("jobId");
    quiet();
    assertThat(calls.get("tool one")).hasValue(1);
    assertThat(calls).doesNotContainKey("tool two");
  }

  @Test
  void what_nobody_can_read_is_set_aside_with_a_reason_and_holds_up_nobody() throws Exception {
    mill("w").start();
    bus.send("jobs", "nonsense", "{\"schema\": 9}");
    bus.send(
        "jobs", "{\"schema\": 1, \"pointer\": {\"tenant\": \"default\", \"job\": \"nobody\"}}");
    bus.send("jobs", message("m", "one"));

    assertThat(bus.takeResults("all", 1)).hasSize(1);
    assertThat(bus.takeDeadLetters("jobs", 3))
        .extracting(ServiceBusReceivedMessage::getDeadLetterReason)
        .containsExactlyInAnyOrder("malformed", "unsupported-schema", "unknown-job");
  }

  @Test
  void a_reply_to_that_is_not_allowed_fails_the_job_and_gets_nothing() throws Exception {
    mill("w").start();
    bus.send("jobs", message("m", "one").setReplyTo("blue"));

    var result = bus.takeResults("all", 1).getFirst();
    assertThat(result.getApplicationProperties()).containsEntry("stopReason", "invalid");
    assertThat(result.getBody().toString()).contains("millrace.reply-to.allow");
    assertThat(bus.lying("blue")).isEmpty();
    assertThat(calls).isEmpty();
  }

  @Test
  void a_reply_target_that_is_not_there_holds_up_nothing_else() throws Exception {
    var mill = mill("w").start();
    bus.send("jobs", message("m", "one").setReplyTo("gone"));

    assertThat(bus.takeResults("all", 1)).hasSize(1);
    Eventually.that("the message is settled", () -> bus.lying("jobs").isEmpty());
    assertThat(mill.index.open(null).jobs()).hasSize(1);
    assertThat(calls.get("tool one")).hasValue(1);
  }

  @Test
  void a_job_whose_worker_dies_is_finished_by_another_which_repeats_no_finished_step()
      throws Exception {
    go = new CountDownLatch(1);
    var first = mill("first").start();
    bus.send("jobs", message("m", "wait one"));
    Eventually.that("the second answer is asked for", () -> count("model wait one") == 2);

    first.die();
    mill("second").start();
    Eventually.that("another asks again", () -> count("model wait one") == 3);
    go.countDown();

    var result = bus.takeResults("all", 1).getFirst();
    assertThat(body(result).get("response").getStringValue()).isEqualTo("wait one: done");
    assertThat(body(result).get("repeated").get("modelTurns").getIntValue()).isEqualTo(1);
    assertThat(calls.get("tool wait one")).hasValue(1);
    quiet();
  }

  @Test
  void a_worker_that_stops_lets_its_job_go_on_elsewhere_without_a_repeated_step() throws Exception {
    go = new CountDownLatch(1);
    var first = mill("first").start();
    bus.send("jobs", message("m", "wait one"));
    Eventually.that("the second answer is asked for", () -> count("model wait one") == 2);

    var stopping = Thread.ofVirtual().start(() -> assertThat(first.stop()).isTrue());
    mill("second").start();
    go.countDown();
    stopping.join();

    var result = bus.takeResults("all", 1).getFirst();
    assertThat(body(result).get("status").getStringValue()).isEqualTo("succeeded");
    assertThat(calls.get("tool wait one")).hasValue(1);
    quiet();
  }

  @Test
  void turns_of_one_conversation_run_once_each_and_one_after_the_other() throws Exception {
    mill("first").start();
    mill("second").start();
    var texts = IntStream.range(0, 6).mapToObj(i -> "turn " + i).toList();
    bus.send(
        "jobs",
        texts.stream().map(text -> turn("m-" + text, text)).toArray(ServiceBusMessage[]::new));

    var results = new HashMap<String, Object>(); // a result may come more than once
    while (results.size() < texts.size()) {
      var result = bus.takeResults("all", 1).getFirst();
      results.put(result.getMessageId(), result.getApplicationProperties().get("status"));
    }

    assertThat(results.values()).containsOnly("succeeded");
    texts.forEach(text -> assertThat(calls.get("tool " + text)).hasValue(1));
    assertThat(most).hasValue(1);
    quiet();
  }

  @Test
  void a_job_accepted_while_the_broker_is_away_is_sent_by_the_sweeper() throws Exception {
    var mill = mill("w");
    bus.stop();
    var submission =
        mill.intake.submit(
            new Owner("default", "me"), JobRequest.of("analyst", "one"), "h", Optional.of("k"));
    assertThat(submission).isInstanceOf(Submission.Accepted.class);
    bus.startAgain();
    mill.start();

    Eventually.that(
        "a sweep sends it",
        () -> {
          mill.sweeper.sweep();
          return count("tool one") == 1;
        });
    assertThat(bus.takeResults("all", 1)).hasSize(1);
  }

  @Test
  void a_message_that_expired_unseen_ends_its_job_by_the_clock_and_says_so() throws Exception {
    bus.send("jobs", message("m", "one").setTimeToLive(Duration.ofMillis(300)));
    Eventually.that("it has expired", () -> bus.lyingDead("jobs").size() == 1);
    var mill = mill("w").start();

    mill.sweeper.sweep();

    var result = bus.takeResults("all", 1).getFirst();
    assertThat(result.getApplicationProperties()).containsEntry("stopReason", "deadline");
    assertThat(calls).isEmpty();
    assertThat(bus.lyingDead("jobs")).isEmpty();
  }

  @Test
  void a_message_given_out_too_often_is_found_by_its_log_and_its_job_runs() throws Exception {
    bus.send("once", message("m", "one"));
    bus.giveBack("once");
    assertThat(bus.lyingDead("once"))
        .extracting(dead -> dead.getDeadLetterReason())
        .containsExactly("MaxDeliveryCountExceeded");
    var mill = mill("w").start();

    mill.sweeper.sweep();

    var result = bus.takeResults("all", 1).getFirst();
    assertThat(result.getApplicationProperties())
        .containsEntry("jobId", JobId.ofMessage("once", "once", "m").value())
        .containsEntry("status", "succeeded");
    assertThat(calls.get("tool one")).hasValue(1);
    assertThat(bus.lyingDead("once")).isEmpty();
  }

  @Test
  @Tag("full")
  void a_job_whose_worker_died_with_the_last_delivery_is_finished_by_another() throws Exception {
    go = new CountDownLatch(1);
    var first = mill("first").start();
    bus.send("once", message("m", "wait one"));
    Eventually.that("the second answer is asked for", () -> count("model wait one") == 2);
    first.die();
    Eventually.that("the broker sets it aside", () -> bus.lyingDead("once").size() == 1);

    var second = mill("second", IMPATIENT).start();
    Eventually.that(
        "a sweep finds that nobody works on it",
        () -> {
          second.sweeper.sweep();
          return count("model wait one") == 3;
        });
    go.countDown();

    var result = bus.takeResults("all", 1).getFirst();
    assertThat(result.getApplicationProperties()).containsEntry("status", "succeeded");
    assertThat(calls.get("tool wait one")).hasValue(1);
    assertThat(bus.lyingDead("once")).isEmpty();
  }

  @Test
  void a_dead_letter_of_a_finished_job_runs_nothing_again() throws Exception {
    var mill = mill("w").start();
    bus.send("jobs", message("m", "one"));
    assertThat(bus.takeResults("all", 1)).hasSize(1);
    quiet();
    mill.stop();
    bus.sendToDeadLetters("jobs", pointerTo("m"));
    assertThat(bus.lyingDead("jobs")).hasSize(1);

    mill("other").sweeper.sweep();

    assertThat(bus.lyingDead("jobs")).isEmpty();
    assertThat(bus.lying("jobs")).isEmpty();
    assertThat(calls.get("tool one")).hasValue(1);
  }

  private static ServiceBusMessage pointerTo(String messageId) {
    var job = new JobRef("default", JobId.ofMessage("default", "jobs", messageId));
    return new ServiceBusMessage(
        "{\"schema\": 1, \"pointer\": {\"tenant\": \"default\", \"job\": \"%s\"}}"
            .formatted(job.id()));
  }

  private void quiet() {
    Eventually.that("nothing is left to do", () -> bus.lying("jobs").isEmpty());
  }

  private TestMill mill(String name) {
    return mill(name, TestMill.PATIENCE);
  }

  private TestMill mill(String name, Patience patience) {
    return bus.closing(
        new TestMill(
            name,
            bus.namespace(),
            storage,
            QUEUES,
            new Model(),
            new Echo(),
            TestMill.LIMITS,
            patience));
  }

  private static ServiceBusMessage message(String id, String text) {
    return new ServiceBusMessage("{\"message\": \"" + text + "\"}").setMessageId(id);
  }

  private static ServiceBusMessage turn(String id, String text) {
    return new ServiceBusMessage("{\"message\": \"" + text + "\", \"sessionId\": \"talk\"}")
        .setMessageId(id);
  }

  private static JsonNode body(ServiceBusReceivedMessage result) {
    try {
      return Json.MAPPER.readValue(result.getBody().toString(), JsonNode.class);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private int count(String what) {
    return calls.getOrDefault(what, new AtomicInteger()).get();
  }

  private void note(String what) {
    calls.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
  }

  /** Has the tool called once for each message, then answers; a message that waits, waits. */
  private final class Model implements LanguageModel {
    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      var last = prompt.messages().getLast();
      String asked =
          prompt.messages().stream()
              .filter(message -> message.role() == Message.Role.USER)
              .toList()
              .getLast()
              .text();
      note("model " + asked);
      if (last.role() == Message.Role.USER) {
        var call = ToolCall.of("c", "echo", Map.of("text", asked));
        return answer(Message.assistant("I will.", List.of(call)));
      }
      if (asked.startsWith("wait")) {
        await();
      }
      return answer(Message.assistant(asked + ": done", List.of()));
    }

    private void await() {
      try {
        assertThat(go.await(1, TimeUnit.MINUTES)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static Reply answer(Message message) {
      return new Reply.Answer(message, new Usage(1, 1), null);
    }
  }

  private final class Echo implements Tool {
    @Override
    public String name() {
      return "echo";
    }

    @Override
    public String description() {
      return "says it again";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of();
    }

    @Override
    public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      note("tool " + arguments.get("text"));
      running.decrementAndGet();
      return ToolOutcome.of(arguments.get("text").toString());
    }
  }
}
