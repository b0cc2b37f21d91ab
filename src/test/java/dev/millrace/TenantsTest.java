package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.TestBus;
import dev.millrace.intake.Submission;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Owner;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import dev.millrace.storage.disk.DiskStorage;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenant that floods the queue takes its share of a worker, and no more. */
class TenantsTest {
  private static final Owner RED = new Owner("red", "somebody");
  private static final Owner BLUE = new Owner("blue", "somebody");
  private static final Queues QUEUES =
      new Queues(List.of(new Queues.Queue("jobs", new Owner("default", "somebody"))));

  @TempDir Path folder;
  private final CountDownLatch red = new CountDownLatch(1);
  private final ConcurrentLinkedQueue<String> ended = new ConcurrentLinkedQueue<>();

  @Test
  void a_flood_of_one_tenant_holds_up_nobody_else_and_loses_nothing() throws Exception {
    var jobs = Receiving.DEFAULT.withMaxDeliveryCount(100).withDeadLetterOnExpiration(true);
    try (var bus = TestBus.of(folder.resolve("bus"), TestBus.queue("jobs", jobs));
        var storage = DiskStorage.open(folder.resolve("data"), InstantSource.system())) {
      var results =
          bus.closing(
              new ServiceBusClientBuilder()
                  .connectionString(bus.connectionString())
                  .receiver()
                  .topicName("results")
                  .subscriptionName("all")
                  .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                  .buildAsyncClient());
      bus.closing(results.receiveMessages().subscribe(it -> ended.add(it.getMessageId()))::dispose);
      var mill =
          bus.closing(
              new TestMill(
                  "worker",
                  bus.namespace(),
                  storage,
                  QUEUES,
                  new Waiting(),
                  new TurnsTest.NoTool(),
                  new BusSettings.Limits(4, 4, 1),
                  TestMill.PATIENCE,
                  1));
      List<String> flood = IntStream.range(0, 5).mapToObj(i -> submit(mill, RED)).toList();
      String other = submit(mill, BLUE);

      mill.start();

      Eventually.that("the other tenant is served", () -> ended.contains(other));
      assertThat(ended).containsExactly(other);
      red.countDown();
      Eventually.that("all are", () -> ended.size() == 6);
      assertThat(ended).containsAll(flood);
    }
  }

  /** The id of the result that there will be. */
  private static String submit(TestMill mill, Owner owner) {
    var request = JobRequest.of("analyst", owner.tenant());
    var submission = mill.intake.submit(owner, request, "h", Optional.empty());
    return ((Submission.Accepted) submission).log().job().id().value() + "/result";
  }

  /** Is slow for one of them. */
  private final class Waiting implements LanguageModel {
    @Override
    public String name() {
      return "waiting";
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      if (prompt.messages().getLast().text().contains("red")) {
        await();
      }
      return new Reply.Answer(Message.assistant("Done.", List.of()), new Usage(1, 1), null);
    }

    private void await() {
      try {
        red.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
