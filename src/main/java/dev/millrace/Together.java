package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does things side by side that do not need one another. */
final class Together {
  private Together() {}

  /**
   * Returns when all are done.
   *
   * @throws Misconfigured when a person has to mend something, with the findings of all tasks
   * @throws RuntimeException what a task has thrown otherwise
   */
  static void run(List<Runnable> tasks) {
    List<Callable<Object>> calls = tasks.stream().map(Executors::callable).toList();
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      var faults =
          threads.invokeAll(calls).stream()
              .filter(task -> task.state() == Future.State.FAILED)
              .map(Future::exceptionNow)
              .toList();
      if (!faults.isEmpty()) {
        throw joined(faults);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static RuntimeException joined(List<Throwable> faults) {
    var findings = new ArrayList<String>();
    for (Throwable fault : faults) {
      if (!(fault instanceof Misconfigured mistake)) {
        return fault instanceof RuntimeException e ? e : new IllegalStateException(fault);
      }
      findings.addAll(mistake.findings());
    }
    return new Misconfigured(findings, faults.getFirst());
  }
}
