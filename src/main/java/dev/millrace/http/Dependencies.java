package dev.millrace.http;

import dev.millrace.http.Dependency.State;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything without which this process cannot work. */
@Singleton
final class Dependencies {
  private static final Logger log = LoggerFactory.getLogger(Dependencies.class);

  /** Who asks gives up after a few seconds; what takes as long is of no use either. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final List<Dependency> all;

  Dependencies(List<Dependency> all) {
    this.all = List.copyOf(all);
  }

  /** Asks all at once. */
  Map<String, State> ask() {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      var questions = all.stream().map(Dependencies::question).toList();
      var answers = threads.invokeAll(questions, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      var states = new TreeMap<String, State>();
      for (int i = 0; i < all.size(); i++) {
        var answer = answers.get(i);
        states.put(
            all.get(i).name(),
            answer.state() == Future.State.SUCCESS ? answer.resultNow() : State.DOWN);
      }
      return states;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Map.of();
    } finally {
      threads.shutdownNow(); // who was not done in time is not waited for
    }
  }

  private static java.util.concurrent.Callable<State> question(Dependency dependency) {
    return () -> {
      try {
        return dependency.ask();
      } catch (RuntimeException e) { // in whatever way it fails, it does not answer
        log.atDebug().setCause(e).addKeyValue("dependency", dependency.name()).log("is away");
        return State.DOWN;
      }
    };
  }
}
