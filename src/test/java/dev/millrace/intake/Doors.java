package dev.millrace.intake;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.artifact.Artifacts;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.Queues;
import dev.millrace.bus.ResultMessage;
import dev.millrace.bus.ResultTopic;
import dev.millrace.bus.Verdict;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Index;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Marks;
import dev.millrace.storage.MemoryStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** Intake as it is, between a store in memory and a broker that notes what it is given. */
final class Doors {
  static final Owner ALICE = new Owner("default", "alice");
  static final Secret SECRET = new Secret(new byte[16]);

  final SettableClock clock = new SettableClock();
  final MemoryStorage storage = new MemoryStorage(clock);
  final Journal journal = new Journal(storage, Json.MAPPER, clock, new Marks("r"));
  final Index index = new Index(storage);
  final Artifacts artifacts = new Artifacts(storage);
  final Broker broker = new Broker();
  final List<JobRef> released = new CopyOnWriteArrayList<>();

  final Results results = new Results(Json.MAPPER, artifacts, clock, "results");
  final Conversations conversations = new Conversations(journal, index, results, clock);
  final Queues queues =
      new Queues(List.of(new Queues.Queue("jobs", new Owner("default", "queue:jobs"))));
  final Pointers pointers = new Pointers(broker, queues, new Marks("p"));
  final Aftermath aftermath =
      new Aftermath(
          index,
          broker,
          results,
          conversations,
          (job, state) -> released.add(job),
          pointers,
          clock);
  final Intake intake =
      new Intake(
          journal,
          new Admission(
              index,
              journal,
              artifacts,
              Attachments.off(),
              results,
              conversations,
              SECRET,
              clock,
              agent -> Duration.ofHours(12)),
          results,
          aftermath,
          pointers,
          broker,
          queues,
          "replies"::equals,
          clock,
          new Random(1));

  /** A question in a conversation. */
  static JobRequest turn(String message, String sessionId, JobRequest.WhenBusy whenBusy) {
    return new JobRequest(
        JobRequest.Kind.AGENT,
        "analyst",
        message,
        sessionId,
        List.of(),
        null,
        true,
        "user",
        null,
        null,
        false,
        whenBusy,
        null,
        Map.of());
  }

  /** Notes what it is given, unless it is away. */
  static final class Broker implements JobQueue, ResultTopic {
    final List<Pointer> sent = new CopyOnWriteArrayList<>();
    final List<Published> published = new CopyOnWriteArrayList<>();
    volatile boolean away;
    volatile Consumer<Pointer> worker = pointer -> {};
    volatile Optional<String> missing = Optional.empty();

    record Published(String target, ResultMessage message) {}

    @Override
    public void send(String entity, Pointer pointer) {
      if (away) {
        throw new Unavailable("the broker is away");
      }
      sent.add(pointer);
      worker.accept(pointer);
    }

    @Override
    public void schedule(String entity, Pointer pointer, Instant notBefore) {
      throw new UnsupportedOperationException("intake schedules nothing");
    }

    @Override
    public void deadLetters(String entity, Function<Delivery.Received, Verdict> handler) {
      throw new UnsupportedOperationException("intake looks at no dead letters");
    }

    @Override
    public Publication publish(String target, ResultMessage message) {
      if (away) {
        throw new Unavailable("the broker is away");
      }
      if (missing.filter(target::equals).isPresent()) {
        return new Publication.Impossible("there is no " + target);
      }
      published.add(new Published(target, message));
      return new Publication.Accepted();
    }
  }
}
