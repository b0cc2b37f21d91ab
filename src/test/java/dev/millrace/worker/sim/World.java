package dev.millrace.worker.sim;

import dev.millrace.Json;
import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.agent.loop.AgentLoop;
import dev.millrace.agent.loop.JobSessions;
import dev.millrace.artifact.Artifacts;
import dev.millrace.bus.Queues;
import dev.millrace.bus.RequestReader;
import dev.millrace.intake.Admission;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Conversations;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Pointers;
import dev.millrace.intake.Results;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.job.Limits;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.journal.Index;
import dev.millrace.journal.Journal;
import dev.millrace.worker.Desk;
import dev.millrace.worker.Leftovers;
import dev.millrace.worker.Patience;
import dev.millrace.worker.Shares;
import dev.millrace.worker.Sweeper;
import dev.millrace.worker.Worker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Everything there is: the simulated outside, and any number of processes of real code. */
final class World {
  static final Owner OWNER = new Owner("default", "local");
  static final Queues QUEUES = new Queues(List.of(new Queues.Queue(SimBroker.QUEUE, OWNER)));
  static final Patience PATIENCE =
      new Patience(
          SimBroker.LOCK, Duration.ofMinutes(1), Duration.ofMinutes(30), Duration.ofMinutes(10));

  final Sim sim;
  final Faults faults;
  final SimStore store;
  final SimBroker broker;
  final History history = new History();
  final SimModel model;
  final SimTools tools;
  final Orders orders = new Orders(this);

  /** Whether clocks disagree. */
  boolean skewing;

  /** Whether anybody sweeps. */
  boolean sweeping;

  /** How many jobs of a tenant, and there is but one, may run in one process; 0 for any number. */
  private final int share;

  private int ids;

  World(long seed) {
    sim = new Sim(seed);
    share = Math.floorMod(seed, 4) == 3 ? 1 : 0;
    faults = new Faults(sim);
    store = new SimStore(sim, faults, orders);
    broker = new SimBroker(sim, faults, orders);
    model = new SimModel(sim, faults, history, orders);
    tools = new SimTools(sim, faults, history);
  }

  /** The real code of one process. */
  record Node(Journal journal, Intake intake, Worker worker, Sweeper sweeper) {}

  Node node(Sim.Proc proc) {
    InstantSource clock = () -> sim.instant().plus(proc.skew);
    var json = Json.MAPPER;
    var journal = new Journal(store, json, clock, this::id);
    var index = new Index(store);
    var artifacts = new Artifacts(store);
    var results = new Results(json, artifacts, clock, SimBroker.RESULTS);
    var conversations = new Conversations(journal, index, results, clock);
    var pointers = new Pointers(broker, QUEUES, this::id);
    var sessions = new JobSessions(tools, journal, artifacts);
    var aftermath =
        new Aftermath(index, broker, results, conversations, sessions::release, pointers, clock);
    var secret = new Secret(new byte[32]);
    var admission =
        new Admission(
            index,
            journal,
            artifacts,
            Attachments.off(),
            results,
            conversations,
            secret,
            clock,
            agent -> Duration.ofHours(24));
    var intake =
        new Intake(
            journal,
            admission,
            results,
            aftermath,
            pointers,
            broker,
            QUEUES,
            Set.of(SimBroker.REPLIES, "nowhere")::contains,
            clock,
            sim.random);
    var agents = new Agents(List.of(agent()));
    var loop = new AgentLoop(new SimTasks(sim), sessions, artifacts, clock, PATIENCE.longestCall());
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
            PATIENCE,
            new Shares(share, clock),
            clock);
    var worker = new Worker(proc.name, desk, agents, loop);
    var leftovers = new Leftovers(artifacts, Duration.ofDays(7), clock);
    var sweeper = new Sweeper(desk, broker, QUEUES, leftovers);
    return new Node(journal, intake, worker, sweeper);
  }

  /** Bad weather takes long; what a budget cuts short is shown elsewhere. */
  private Agent agent() {
    var ample = new Limits(1_000, 1_000, 1_000_000, 1_000_000, 1L << 40);
    return new Agent(
        "analyst", model, "Play.", tools.tools(), "", ample, null, Agent.USUAL_DEADLINE);
  }

  private String id() {
    return "id%06d".formatted(ids++); // of one length, so that bytes can be compared
  }
}
