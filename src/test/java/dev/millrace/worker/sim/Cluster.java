package dev.millrace.worker.sim;

import dev.millrace.intake.Intake;
import dev.millrace.intake.Submission;
import dev.millrace.job.Digest;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Workers that are started again when they die, and clients that do not give up. */
final class Cluster {
  private static final Duration ALL_THE_TIME = Duration.ofHours(30);

  final World world;
  final List<SimWorker> workers = new ArrayList<>();
  private final Sim sim;
  private final Random random;
  private final boolean sweeping;
  private int restarts;
  private int unanswered;

  /**
   * @param sweeping whether anybody sweeps; without, whatever needs no sweeper must come to an end
   */
  Cluster(World world, boolean sweeping) {
    this.world = world;
    this.sweeping = sweeping;
    world.sweeping = sweeping;
    this.sim = world.sim;
    this.random = sim.random;
    sim.onCrash = this::restart;
  }

  /** Whether every client has been answered. */
  boolean answered() {
    return unanswered == 0;
  }

  /** Lets things go on until nothing is left to do, or far too long. */
  void runUntilQuiet() {
    sim.run(() -> sim.millis() >= ALL_THE_TIME.toMillis() || (answered() && quiet()));
  }

  private boolean quiet() {
    return world.broker.queue().isEmpty() && world.store.names("open/").isEmpty();
  }

  void startWorker() {
    var worker =
        new SimWorker(
            world, "w" + restarts++, sweeping ? Duration.ofSeconds(30 + random.nextInt(90)) : null);
    worker.proc.skew =
        world.skewing && world.faults.chance(0.25)
            ? Duration.ofSeconds(random.nextInt(1200) - 600)
            : Duration.ZERO;
    workers.add(worker);
  }

  private void restart(Sim.Proc dead) {
    world.faults.excuseAll(dead.name, sim.millis());
    if (workers.removeIf(worker -> worker.proc == dead)) {
      var undertaker = new Sim.Proc("undertaker", false);
      sim.spawn(
          undertaker,
          "undertaker",
          () -> {
            sim.pause(Duration.ofSeconds(random.nextInt(60)));
            startWorker();
          });
    }
  }

  // Clients never die; their requests meet processes that do.

  void clientOf(Plan plan, Duration delay) {
    var client = new Sim.Proc("client of " + plan.script().name(), false);
    unanswered++;
    sim.spawn(
        client,
        client.name,
        () -> {
          sim.pause(delay);
          Optional<JobRef> job = plan.direct() ? sendDirect(plan) : submitUntilAccepted(plan);
          if (plan.cancel() && job.isPresent()) {
            sim.pause(Duration.ofSeconds(random.nextInt(60)));
            cancel(job.get());
          }
          unanswered--;
        });
  }

  private Optional<JobRef> sendDirect(Plan plan) {
    String messageId = "m-" + plan.script().name();
    var body = plan.body();
    int copies = world.faults.chance(0.2) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      world.broker.arrive(messageId, body, null, plan.replyTo(), sim.millis(), plan.deadline());
    }
    boolean conflicting = world.faults.chance(0.08);
    if (conflicting) {
      byte[] other =
          plan.script().text().equals("")
              ? body
              : (new String(body, StandardCharsets.UTF_8) + " ").getBytes(StandardCharsets.UTF_8);
      world.broker.arrive(messageId, other, null, null, sim.millis() + 400_000, null);
    }
    var job = new JobRef("default", JobId.ofMessage("default", SimBroker.QUEUE, messageId));
    world.history.accepted.put(job, plan.script().name());
    if (conflicting) {
      world.history.conflicting.add(job);
    }
    return Optional.of(job);
  }

  /** One request after the other, under one key, each to a facade that may crash. */
  private Optional<JobRef> submitUntilAccepted(Plan plan) {
    while (true) {
      Submission[] answer = new Submission[1];
      call(
          true,
          intake ->
              answer[0] =
                  intake.submit(
                      World.OWNER,
                      plan.request(),
                      Digest.sha256(plan.body()),
                      Optional.of("key-" + plan.script().name())));
      if (answer[0] instanceof Submission.Accepted(var log)) {
        world.history.accepted.put(log.job(), plan.script().name());
        return Optional.of(log.job());
      }
      if (sweeping && world.faults.chance(0.2)) {
        return Optional.empty(); // gives up; what it left behind must not stay for ever
      }
      sim.pause(Duration.ofSeconds(5));
    }
  }

  private void cancel(JobRef job) {
    for (int tries = 0; tries < 20; tries++) {
      Intake.Cancellation[] answer = new Intake.Cancellation[1];
      // without a sweeper, nobody else would do what is left to do
      call(sweeping, intake -> answer[0] = intake.cancel(job, "client"));
      if (answer[0] != null && answer[0] != Intake.Cancellation.UNKNOWN) {
        if (answer[0] != Intake.Cancellation.ENDED) {
          world.history.canceled.add(job);
        }
        return;
      }
      sim.pause(Duration.ofSeconds(5));
    }
  }

  private interface Request {
    void to(Intake intake);
  }

  /** Makes a request of a facade process of its own, which may die over it. */
  private void call(boolean mortal, Request request) {
    var client = sim.current();
    var facade = new Sim.Proc("facade", mortal);
    var thread =
        sim.spawn(
            facade,
            "facade for " + client.name,
            () -> {
              try {
                request.to(world.node(facade).intake());
              } catch (Unavailable e) {
                // the client hears 503, and asks again
              }
              facade.served = true;
              sim.nudge(client);
            });
    sim.waitUntil(() -> facade.served || facade.dead, Duration.ofMinutes(2));
    thread.proc.dead = true;
  }
}
