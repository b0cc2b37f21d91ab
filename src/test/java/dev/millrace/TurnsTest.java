package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.TestBus;
import dev.millrace.intake.Submission;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Owner;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import dev.millrace.storage.Storage;
import dev.millrace.storage.disk.DiskStorage;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Turns of conversations over several workers: each runs once as far as anybody can see, in the
 * order in which they were sent, each on all earlier ones. The model answers what it was asked
 * before.
 */
class TurnsTest {
  private static final Owner OWNER = new Owner("default", "somebody");
  private static final Queues QUEUES = new Queues(List.of(new Queues.Queue("jobs", OWNER)));

  @TempDir Path folder;
  private TestBus bus;
  private Storage storage;
  private final Map<String, JsonNode> results = new ConcurrentHashMap<>();

  @BeforeEach
  void start() {
    var jobs = Receiving.DEFAULT.withMaxDeliveryCount(100).withDeadLetterOnExpiration(true);
    bus = TestBus.of(folder.resolve("bus"), TestBus.queue("jobs", jobs));
    storage = DiskStorage.open(folder.resolve("data"), InstantSource.system());
    var subscriber =
        bus.closing(
            new ServiceBusClientBuilder()
                .connectionString(bus.connectionString())
                .receiver()
                .topicName("results")
                .subscriptionName("all")
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .prefetchCount(200)
                .buildAsyncClient());
    bus.closing(subscriber.receiveMessages().subscribe(this::received)::dispose);
  }

  @AfterEach
  void stop() throws Exception {
    bus.close();
    storage.close();
  }

  @Test
  void twenty_turns_over_two_workers_keep_their_order() {
    var first = mill("first").start();
    mill("second").start();

    List<String> turns = submit(first, "talk", 20);

    assertThatEachSawAllBefore(turns);
  }

  @Test
  @Tag("full")
  void turns_whose_workers_die_every_three_turns_keep_their_order() {
    var facade = mill("facade");
    List<String> turns = submit(facade, "talk", 150);
    var worker = mill("w").start();
    for (int done = 3; done < turns.size(); done += 3) {
      String third = turns.get(done - 1);
      Eventually.that("turn " + done + " is over", () -> results.containsKey(third));
      worker.die();
      worker = mill("w" + done).start();
    }

    assertThatEachSawAllBefore(turns);
  }

  @Test
  @Tag("full")
  void a_thousand_conversations_at_once_keep_their_orders() {
    var mills = IntStream.range(0, 4).mapToObj(i -> mill("w" + i)).toList();
    var conversations = new ArrayList<List<String>>();
    for (int i = 0; i < 1_000; i++) {
      conversations.add(submit(mills.getFirst(), "talk " + i, 10));
    }
    mills.forEach(TestMill::start);

    conversations.forEach(this::assertThatEachSawAllBefore);
  }

  private TestMill mill(String name) {
    return bus.closing(
        new TestMill(
            name,
            bus.namespace(),
            storage,
            QUEUES,
            new Memory(),
            new NoTool(),
            new BusSettings.Limits(1, 16, 1),
            TestMill.PATIENCE));
  }

  /** The ids of the jobs, in the order of the line. */
  private static List<String> submit(TestMill mill, String conversation, int turns) {
    return IntStream.range(0, turns)
        .mapToObj(
            i -> {
              var request = turn(conversation, conversation + ": " + i);
              var submission = mill.intake.submit(OWNER, request, "h", Optional.empty());
              return ((Submission.Accepted) submission).log().job().id().value();
            })
        .toList();
  }

  private static JobRequest turn(String conversation, String message) {
    return new JobRequest(
        JobRequest.Kind.AGENT,
        "analyst",
        message,
        conversation,
        List.of(),
        null,
        true,
        "user",
        null,
        null,
        false,
        JobRequest.WhenBusy.QUEUE,
        null,
        Map.of());
  }

  private void assertThatEachSawAllBefore(List<String> turns) {
    for (int i = 0; i < turns.size(); i++) {
      String turn = turns.get(i);
      Eventually.that("turn " + i + " is over", () -> results.containsKey(turn));
      assertThat(results.get(turn).get("status").getStringValue()).isEqualTo("succeeded");
      assertThat(results.get(turn).get("response").getStringValue())
          .isEqualTo(
              "before: "
                  + String.join(", ", IntStream.range(0, i).mapToObj(String::valueOf).toList()));
    }
  }

  private void received(ServiceBusReceivedMessage message) {
    try {
      JsonNode body = Json.MAPPER.readValue(message.getBody().toBytes(), JsonNode.class);
      results.put(body.get("id").getStringValue(), body);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Memory implements LanguageModel {
    @Override
    public String name() {
      return "memory";
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      List<String> asked =
          prompt.messages().stream()
              .filter(message -> message.role() == Message.Role.USER)
              .map(message -> message.text().replaceAll(".*: ", ""))
              .toList();
      String before = "before: " + String.join(", ", asked.subList(0, asked.size() - 1));
      return new Reply.Answer(Message.assistant(before, List.of()), new Usage(1, 1), null);
    }
  }

  /** For a model that calls none. */
  static final class NoTool implements Tool {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public String description() {
      return "Does nothing.";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "object");
    }

    @Override
    public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
      throw new UnsupportedOperationException();
    }
  }
}
