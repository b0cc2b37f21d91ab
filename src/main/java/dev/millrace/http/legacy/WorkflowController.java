package dev.millrace.http.legacy;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Problems;
import dev.millrace.http.problem.Refusal;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Hidden;

/** The orchestrator of workflows. Nothing here runs any yet. */
@Hidden
@Controller("/api")
@ExecuteOn(TaskExecutors.BLOCKING)
final class WorkflowController {
  private final Problems problems;

  WorkflowController(Problems problems) {
    this.problems = problems;
  }

  @Post("/workflows")
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> start(HttpRequest<?> request) {
    return notBuilt(request);
  }

  @Get("/workflowStatus/{instanceId}")
  HttpResponse<byte[]> status(HttpRequest<?> request, String instanceId) {
    return notBuilt(request);
  }

  private HttpResponse<byte[]> notBuilt(HttpRequest<?> request) {
    return problems.answer(
        request,
        Refusal.of(Code.NOT_BUILT, "Workflows cannot be run yet. Submit a job to an agent."));
  }
}
