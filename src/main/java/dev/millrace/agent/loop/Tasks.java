package dev.millrace.agent.loop;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Runs a call beside the caller, who looks around meanwhile. */
public interface Tasks {
  <T> Task<T> start(Callable<T> call);

  /** A call under way. */
  interface Task<T> {
    /** The call's answer, or empty when it has not come by then. What the call threw is thrown. */
    Optional<T> await(Duration limit);

    /** Interrupts the call, if it still runs, and waits for nothing. */
    void stop();
  }
}
