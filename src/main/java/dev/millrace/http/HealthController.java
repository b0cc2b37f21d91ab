package dev.millrace.http;

import dev.millrace.http.document.Described;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import jakarta.annotation.security.PermitAll;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Whether this process lives, and whether it can work. */
@Controller("/health")
@PermitAll
final class HealthController {
  private static final String VERSION =
      Objects.requireNonNullElse(
          HealthController.class.getPackage().getImplementationVersion(), "development");

  private final Answers answers;
  private final Dependencies dependencies;

  HealthController(Answers answers, Dependencies dependencies) {
    this.answers = answers;
    this.dependencies = dependencies;
  }

  /**
   * Says that this process lives. It asks nobody: this process is not started again because another
   * one is away.
   */
  @Get("/liveness")
  @Described.IsAlive
  HttpResponse<byte[]> liveness() {
    return answers.json(
        HttpStatus.OK, Map.of("status", "UP", "name", "millrace", "version", VERSION));
  }

  /** Says whether everything answers that this process needs. */
  @Get("/readiness")
  @Described.IsReady
  @ExecuteOn(TaskExecutors.BLOCKING)
  HttpResponse<byte[]> readiness() {
    var states = new TreeMap<String, String>();
    dependencies.ask().forEach((name, state) -> states.put(name, state.name()));
    boolean ready = !states.containsValue("DOWN");
    return answers.json(
        ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE,
        Map.of("status", ready ? "UP" : "DOWN", "dependencies", states));
  }
}
