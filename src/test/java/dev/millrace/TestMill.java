package dev.millrace;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.agent.loop.AgentLoop;
import dev.millrace.agent.loop.JobSessions;
import dev.millrace.agent.loop.VirtualTasks;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.RequestReader;
import dev.millrace.bus.TestBus;
import dev.millrace.bus.pump.Pump;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.bus.servicebus.ServiceBusResultTopic;
import dev.millrace.http.metrics.Meters;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Results;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.job.Secret;
import dev.millrace.journal.Index;
import dev.millrace.model.LanguageModel;
import dev.millrace.session.CodeSession;
import dev.millrace.storage.Storage;
import dev.millrace.tool.Tool;
import dev.millrace.worker.Desk;
import dev.millrace.worker.Leftovers;
import dev.millrace.worker.Patience;
import dev.millrace.worker.Shares;
import dev.millrace.worker.Sweeper;
import dev.millrace.worker.Worker;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The real code of one process, on a bus and a store, with a model and a tool of the test. */
final class TestMill implements AutoCloseable {
  static final Patience PATIENCE =
      new Patience(
          TestBus.LOCK, Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(1));
  static final BusSettings.Limits LIMITS = new BusSettings.Limits(4, 4, 1);

  final Intake intake;
  final Sweeper sweeper;
  final Index index;
  final Worker worker;
  private final Pump pump;
  private final Namespace namespace;

  TestMill(
      String name,
      Namespace namespace,
      Storage storage,
      Queues queues,
      LanguageModel model,
      Tool tool,
      BusSettings.Limits limits,
      Patience patience) {
    this(name, namespace, storage, queues, model, tool, limits, patience, 0);
  }

  /**
   * @param share how many jobs of one tenant may run at a time; 0 for any number
   */
  TestMill(
      String name,
      Namespace namespace,
      Storage storage,
      Queues queues,
      LanguageModel model,
      Tool tool,
      BusSettings.Limits limits,
      Patience patience,
      int share) {
    this.namespace = namespace;
    InstantSource clock = InstantSource.system();
    var json = Json.MAPPER;
    var shared = new SharedWiring();
    var journal = shared.journal(storage, json, clock, new Meters());
    index = shared.index(storage);
    var artifacts = shared.artifacts(storage);
    var results = new Results(json, artifacts, clock, "results");
    var conversations = shared.conversations(journal, index, results, clock);
    var queue = shared.jobQueue(namespace, json);
    var topic = new ServiceBusResultTopic(namespace);
    var pointers = shared.pointers(queue, queues);
    var sessions = new JobSessions((holder, past) -> noSession(), journal, artifacts);
    var aftermath =
        shared.aftermath(index, topic, results, conversations, sessions, pointers, clock);
    var secret = new Secret(new byte[32]);
    var agents = new Agents(List.of(new Agent("analyst", model, "Play.", List.of(tool))));
    var admission =
        shared.admission(
            index,
            journal,
            artifacts,
            Attachments.off(),
            results,
            conversations,
            secret,
            clock,
            () -> agents);
    intake =
        new Intake(
            journal,
            admission,
            results,
            aftermath,
            pointers,
            topic,
            queues,
            target -> target.equals("replies") || target.equals("gone"),
            clock,
            new SecureRandom());
    var loop =
        new AgentLoop(new VirtualTasks(), sessions, artifacts, clock, patience.longestCall());
    var desk =
        new Desk(
            journal,
            index,
            new RequestReader(json, "analyst"),
            intake,
            conversations,
            results,
            aftermath,
            pointers,
            patience,
            new Shares(share, clock),
            clock);
    worker = new Worker(name, desk, agents, loop);
    var leftovers = new Leftovers(artifacts, Duration.ofDays(1), clock);
    sweeper = shared.sweeper(desk, queue, queues, leftovers);
    pump = new Pump(namespace, queues, limits, worker::handle);
  }

  /** One that is there only to be released. */
  private static CodeSession noSession() {
    return (CodeSession)
        Proxy.newProxyInstance(
            CodeSession.class.getClassLoader(),
            new Class<?>[] {CodeSession.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "createdAt" -> Optional.empty();
                  case "release" -> null;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  TestMill start() {
    pump.start();
    return this;
  }

  /** As at a SIGTERM. */
  boolean stop() {
    worker.stop();
    return pump.drain(Duration.ofSeconds(20));
  }

  /** As at a crash: nothing is settled, renewed or sent any more. */
  void die() {
    namespace.close();
    pump.close();
  }

  @Override
  public void close() {
    pump.close();
  }
}
