package dev.millrace.worker.sim;

import dev.millrace.agent.loop.Tasks;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Calls in threads of the same simulated process. */
final class SimTasks implements Tasks {
  private final Sim sim;

  SimTasks(Sim sim) {
    this.sim = sim;
  }

  @Override
  public <T> Task<T> start(Callable<T> call) {
    var caller = sim.alive();
    var started = new Started<T>(caller);
    started.thread = sim.spawn(caller.proc, caller.name + " call", () -> started.run(call));
    return started;
  }

  private final class Started<T> implements Task<T> {
    private final Sim.Task caller;
    private Sim.Task thread;
    private T answer;
    private Throwable thrown;

    Started(Sim.Task caller) {
      this.caller = caller;
    }

    void run(Callable<T> call) {
      try {
        answer = call.call();
      } catch (Sim.Crashed crashed) {
        throw crashed;
      } catch (Exception | Error e) {
        thrown = e;
      }
      sim.nudge(caller);
    }

    @Override
    public Optional<T> await(Duration limit) {
      sim.waitUntil(() -> answer != null || thrown != null, limit);
      switch (thrown) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(thrown);
      }
      return Optional.ofNullable(answer);
    }

    @Override
    public void stop() {
      if (!caller.proc.dead && answer == null && thrown == null) {
        thread.interrupted = true;
        sim.nudge(thread);
      }
    }
  }
}
