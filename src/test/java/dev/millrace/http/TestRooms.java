package dev.millrace.http;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.artifact.Artifacts;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.QueueSettings;
import dev.millrace.bus.RequestReader;
import dev.millrace.bus.ResultMessage;
import dev.millrace.bus.ResultTopic;
import dev.millrace.bus.Verdict;
import dev.millrace.http.metrics.Meters;
import dev.millrace.intake.Admission;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Conversations;
import dev.millrace.intake.Histories;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Pointers;
import dev.millrace.intake.Results;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Index;
import dev.millrace.journal.Journal;
import dev.millrace.model.LanguageModel;
import dev.millrace.security.Caller;
import dev.millrace.security.SignIn;
import dev.millrace.storage.Storage;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The rooms behind the doors as they are, on a real disk; only the broker notes what it is given.
 */
@Factory
@Requires(property = TestRooms.ON)
final class TestRooms {
  static final String ON = "millrace.test.rooms";

  /** With this, the store answers nothing. */
  static final String AWAY = "millrace.test.away";

  /** With this, the store is that of another server of the test, as one replica has another's. */
  static final String REPLICA = "millrace.test.replica";

  static final AtomicReference<Storage> SHARED = new AtomicReference<>();

  @Singleton
  @Replaces(Storage.class)
  @Requires(property = REPLICA)
  Storage shared() {
    return SHARED.get();
  }

  @Singleton
  @Replaces(Storage.class)
  @Requires(property = AWAY)
  Storage away() {
    return (Storage)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              throw new Unavailable("the store is away");
            });
  }

  @Singleton
  @Replaces(Secret.class)
  @Requires(property = AWAY)
  Secret secret() {
    return new Secret(new byte[32]);
  }

  /** Takes everything. */
  static final class Broker implements JobQueue, ResultTopic {
    final List<Pointer> sent = new CopyOnWriteArrayList<>();

    @Override
    public void send(String entity, Pointer pointer) {
      sent.add(pointer);
    }

    @Override
    public void schedule(String entity, Pointer pointer, Instant notBefore) {
      sent.add(pointer);
    }

    @Override
    public void deadLetters(String entity, Function<Delivery.Received, Verdict> handler) {
      // it has none
    }

    @Override
    public Publication publish(String target, ResultMessage message) {
      return new Publication.Accepted();
    }
  }

  /**
   * Two of one tenant and one of another, each named by a header. Who sends none is on this
   * machine; who says nothing in it is nobody.
   */
  @Singleton
  @Replaces(SignIn.class)
  SignIn signIn() {
    return headers -> TestRooms.known(headers.only("X-Who").orElse("all of default"));
  }

  private static SignIn.Admission known(String who) {
    if (who.isBlank()) {
      return new SignIn.Admission.Unknown("said nothing");
    }
    String[] parts = who.split("/", 2);
    return new SignIn.Admission.Admitted(
        parts.length == 1
            ? new Caller(new Owner("default", "local"), true)
            : new Caller(new Owner(parts[0], parts[1]), false));
  }

  @Singleton
  @Named("bus")
  @Replaces(value = Dependency.class, named = "bus")
  Dependency bus() {
    return Dependency.asked("bus", () -> {});
  }

  @Singleton
  @Named("sessions")
  @Replaces(value = Dependency.class, named = "sessions")
  Dependency sessions() {
    return Dependency.asked("sessions", () -> {});
  }

  @Singleton
  @Replaces(JobQueue.class)
  JobQueue queue() {
    return new Broker();
  }

  @Singleton
  @Replaces(ResultTopic.class)
  ResultTopic topic() {
    return new Broker();
  }

  @Singleton
  @Replaces(Agents.class)
  Agents agents() {
    var nobody =
        new LanguageModel() {
          @Override
          public String name() {
            return "scripted";
          }

          @Override
          public Reply reply(Prompt prompt, Words words) {
            throw new UnsupportedOperationException("nobody works here");
          }
        };
    return new Agents(
        List.of(
            new Agent("analyst", nobody, "", List.of()), new Agent("chat", nobody, "", List.of())));
  }

  @Singleton
  @Replaces(RequestReader.class)
  RequestReader reader(ObjectMapper json) {
    return new RequestReader(json, "analyst");
  }

  @Singleton
  @Replaces(Journal.class)
  Journal journal(Storage storage, ObjectMapper json, InstantSource clock, Meters meters) {
    return new Journal(storage, json, clock, () -> UUID.randomUUID().toString(), meters::ended);
  }

  @Singleton
  @Replaces(Index.class)
  Index index(Storage storage) {
    return new Index(storage);
  }

  @Singleton
  @Replaces(Artifacts.class)
  Artifacts artifacts(Storage storage) {
    return new Artifacts(storage);
  }

  @Singleton
  @Replaces(Results.class)
  Results results(ObjectMapper json, Artifacts artifacts, InstantSource clock) {
    return new Results(json, artifacts, clock, "results");
  }

  @Singleton
  @Replaces(Conversations.class)
  Conversations conversations(Journal journal, Index index, Results results, InstantSource clock) {
    return new Conversations(journal, index, results, clock);
  }

  @Singleton
  @Replaces(Histories.class)
  Histories histories(Journal journal, Index index, Secret secret) {
    return new Histories(journal, index, secret, (owner, agent, session, life) -> {});
  }

  @Singleton
  @Replaces(Pointers.class)
  Pointers pointers(JobQueue queue, QueueSettings queues) {
    return new Pointers(queue, queues.all(), () -> UUID.randomUUID().toString());
  }

  @Singleton
  @Replaces(Aftermath.class)
  Aftermath aftermath(
      Index index,
      ResultTopic topic,
      Results results,
      Conversations conversations,
      Pointers pointers,
      InstantSource clock) {
    return new Aftermath(index, topic, results, conversations, (job, state) -> {}, pointers, clock);
  }

  @Singleton
  @Replaces(Admission.class)
  Admission admission(
      Index index,
      Journal journal,
      Artifacts artifacts,
      Attachments attachments,
      Results results,
      Conversations conversations,
      Secret secret,
      InstantSource clock) {
    return new Admission(
        index,
        journal,
        artifacts,
        attachments,
        results,
        conversations,
        secret,
        clock,
        agent -> Duration.ofHours(24));
  }

  @Singleton
  @Replaces(Intake.class)
  Intake intake(
      Journal journal,
      Admission admission,
      Results results,
      Aftermath aftermath,
      Pointers pointers,
      ResultTopic topic,
      QueueSettings queues,
      InstantSource clock) {
    return new Intake(
        journal,
        admission,
        results,
        aftermath,
        pointers,
        topic,
        queues.all(),
        reply -> false,
        clock,
        new SecureRandom());
  }
}
