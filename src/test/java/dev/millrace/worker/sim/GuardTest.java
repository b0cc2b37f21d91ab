package dev.millrace.worker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.Verdict;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Lines;
import dev.millrace.storage.Layout;
import dev.millrace.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What no weather is sure to show: single guards, each in a scene of its own. */
class GuardTest {
  private static final JobRef HEAD = new JobRef("default", JobId.ofKey(World.OWNER, "key-J0"));

  private final World world = new World(1);
  private final Cluster cluster = new Cluster(world, false);

  @AfterEach
  void end() {
    world.sim.end();
  }

  /** It would be finished in the end by its own message; but nobody has to wait for that. */
  @Test
  void a_later_turn_finishes_a_head_that_has_ended_and_lost_its_message() {
    cluster.clientOf(Plan.of(Script.of("J0")).in("talk"), Duration.ZERO);
    cluster.clientOf(Plan.of(Script.of("J1")).in("talk"), Duration.ofSeconds(1));
    world.sim.run(() -> cluster.answered());
    world.broker.queue().removeIf(held -> held.message.identity().equals(HEAD.id().value()));
    cancelAndDieRightAfterTheEnd();

    cluster.startWorker();
    cluster.runUntilQuiet();

    assertThat(new Checker(world).check()).isEmpty();
    assertThat(world.broker.published()).hasSize(2);
  }

  /** A line that was deleted, or damaged, must not leave a job behind that nobody ends. */
  @Test
  void a_job_whose_place_in_line_was_lost_is_run_all_the_same() {
    cluster.clientOf(Plan.of(Script.of("J0")).in("talk"), Duration.ZERO);
    world.sim.run(() -> cluster.answered());
    behindTheScenes(
        journal -> {
          var job = journal.job(HEAD);
          job.append(
              new Entry.Claimed(1, "gone", SimBroker.QUEUE, 0, false),
              new Entry.Released(1, Entry.Released.STOPPING, Sim.EPOCH));
          world.store.delete(line(job));
        });

    cluster.startWorker();
    cluster.runUntilQuiet();

    assertThat(world.broker.published()).hasSize(1);
  }

  @Test
  void a_fault_over_one_job_keeps_the_sweeper_from_no_other() {
    var sweeping = new Cluster(world, true);
    for (int i = 0; i < 5; i++) {
      sweeping.clientOf(
          i == 0 ? Plan.of(Script.of("J0")).in("talk") : Plan.of(Script.of("J" + i)),
          Duration.ZERO);
    }
    world.sim.run(() -> sweeping.answered());
    world.broker.queue().clear();
    behindTheScenes(
        journal -> {
          var job = journal.job(HEAD);
          world.store.delete(line(job));
          journal
              .conversation(job.state().conversation().orElseThrow())
              .append(
                  new ConversationEntry.Queued("this is no id"),
                  new ConversationEntry.Queued(HEAD.id().value()));
        });

    sweeping.startWorker();
    world.sim.run(() -> world.broker.published().size() == 4);

    assertThat(world.broker.published()).hasSize(4);
  }

  private static String line(JobLog job) {
    return Layout.log(Layout.conversation(job.state().conversation().orElseThrow(), 0));
  }

  private void behindTheScenes(Consumer<Journal> work) {
    var proc = new Sim.Proc("behind the scenes", false);
    var done = new AtomicBoolean();
    world.sim.spawn(
        proc,
        "behind the scenes",
        () -> {
          work.accept(world.node(proc).journal());
          done.set(true);
        });
    world.sim.run(done::get);
  }

  /** A claim under a lock that is gone would stand with no message behind it. */
  @Test
  void nothing_is_claimed_when_the_broker_says_that_the_lock_is_gone() {
    assertThatNothingIsClaimed(worker -> {}, true, false);
  }

  @Test
  void nothing_is_claimed_that_is_not_to_run_here() {
    assertThatNothingIsClaimed(worker -> {}, false, true);
  }

  @Test
  void nothing_is_claimed_by_a_worker_that_is_asked_to_stop() {
    assertThatNothingIsClaimed(Worker::stop, true, true);
  }

  private void assertThatNothingIsClaimed(Consumer<Worker> before, boolean enters, boolean renews) {
    cluster.clientOf(Plan.of(Script.of("J0")), Duration.ZERO);
    world.sim.run(() -> cluster.answered());
    var held = world.broker.queue().getFirst();
    var verdict = new AtomicReference<Verdict>();
    var proc = new Sim.Proc("worker", true);
    var worker = world.node(proc).worker();
    before.accept(worker);

    world.sim.spawn(
        proc, "worker", () -> verdict.set(worker.handle(delivery(held.message, enters, renews))));
    world.sim.run(() -> verdict.get() != null);

    assertThat(verdict.get()).isInstanceOf(Verdict.LetGo.class);
    assertThat(Lines.job(world.store.bytes(Layout.log(Layout.job(HEAD)))))
        .noneMatch(line -> line.entry() instanceof Entry.Claimed);
  }

  /** The message of the second turn came first and carries the first; then its own turn ends. */
  @Test
  void a_message_is_not_settled_over_an_earlier_turn_that_was_claimed_under_it() {
    cluster.clientOf(Plan.of(Script.of("J0")).in("talk"), Duration.ZERO);
    cluster.clientOf(Plan.of(Script.of("J1")).in("talk"), Duration.ofSeconds(1));
    world.sim.run(() -> cluster.answered());
    world.broker.queue().removeIf(held -> held.message.identity().equals(HEAD.id().value()));
    cluster.startWorker();
    world.sim.run(this::headIsClaimed);
    world.sim.crash(cluster.workers.getFirst().proc);
    var facade = new Sim.Proc("facade", false);
    var second = new JobRef("default", JobId.ofKey(World.OWNER, "key-J1"));
    world.sim.spawn(facade, "facade", () -> world.node(facade).intake().cancel(second, "somebody"));

    cluster.runUntilQuiet();

    assertThat(new Checker(world).check()).isEmpty();
    assertThat(world.broker.published()).hasSize(2);
  }

  private boolean headIsClaimed() {
    return Lines.job(world.store.bytes(Layout.log(Layout.job(HEAD)))).stream()
        .anyMatch(line -> line.entry() instanceof Entry.Claimed);
  }

  /** Nobody can say any more what it was; the turns behind it would wait for ever. */
  @Test
  void a_head_whose_log_is_lost_holds_up_no_later_turn() {
    cluster.clientOf(Plan.of(Script.of("J0")).in("talk"), Duration.ZERO);
    cluster.clientOf(Plan.of(Script.of("J1")).in("talk"), Duration.ofSeconds(1));
    world.sim.run(() -> cluster.answered());
    var vandal = new Sim.Proc("vandal", true);
    var done = new AtomicBoolean();
    world.sim.spawn(
        vandal,
        "vandal",
        () -> {
          world.store.delete(Layout.log(Layout.job(HEAD)));
          done.set(true);
        });
    world.sim.run(done::get);

    cluster.startWorker();
    world.sim.run(() -> !world.broker.published().isEmpty() || world.sim.millis() > 3_600_000);

    assertThat(world.broker.published()).hasSize(1);
  }

  /** What it calls later has long been at the broker: the copy would come back at once. */
  @Test
  void a_worker_whose_clock_is_late_waits_for_a_model_like_any_other() {
    cluster.clientOf(Plan.of(Script.of("J0")), Duration.ZERO);
    cluster.startWorker();
    cluster.workers.getFirst().proc.skew = Duration.ofMinutes(-10);
    world.model.down = true;
    world.sim.run(() -> world.sim.millis() >= Duration.ofHours(1).toMillis());
    world.model.down = false;

    cluster.runUntilQuiet();

    assertThat(new Checker(world).check()).isEmpty();
  }

  /** One death beside others, three alone; then it is not touched again. */
  @Test
  void a_job_that_kills_its_worker_kills_no_fifth_one() {
    cluster.clientOf(Plan.of(Script.of("J0").killing()), Duration.ZERO);
    cluster.startWorker();

    world.sim.run(
        () -> !world.broker.published().isEmpty() || world.history.kills.getOrDefault("J0", 0) > 4);

    assertThat(world.history.kills.getOrDefault("J0", 0)).isEqualTo(4);
    assertThat(world.broker.published()).hasSize(1);
  }

  /** Its message is lost with the worker that held it: only the sweeper sees that it waits. */
  @Test
  void a_claimed_job_whose_message_is_lost_is_taken_over_by_a_redrive() {
    var sweeping = new Cluster(world, true);
    sweeping.clientOf(Plan.of(Script.of("J0")), Duration.ZERO);
    world.sim.run(() -> sweeping.answered());
    sweeping.startWorker();
    world.sim.run(this::headIsClaimed);
    world.sim.crash(sweeping.workers.getFirst().proc);
    world.broker.queue().clear();
    sweeping.startWorker();

    long patience = world.sim.millis() + Duration.ofHours(6).toMillis(); // before its deadline
    world.sim.run(() -> !world.broker.published().isEmpty() || world.sim.millis() > patience);

    assertThat(world.broker.published()).hasSize(1);
  }

  private static Delivery delivery(Delivery.Received message, boolean enters, boolean renews) {
    return new Delivery() {
      @Override
      public Received message() {
        return message;
      }

      @Override
      public boolean renew() {
        return renews;
      }

      @Override
      public boolean locked() {
        return true; // as far as is known here
      }

      @Override
      public boolean alone() {
        return false;
      }

      @Override
      public boolean enter(Kind kind) {
        return enters;
      }
    };
  }

  private void cancelAndDieRightAfterTheEnd() {
    var facade = new Sim.Proc("facade", true);
    world.faults.at(List.of(2 * world.faults.effects().size() + 1));
    world.sim.spawn(facade, "facade", () -> world.node(facade).intake().cancel(HEAD, "somebody"));
    world.sim.run(() -> facade.dead);
    world.faults.stop();
  }
}
