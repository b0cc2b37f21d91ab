package dev.millrace.http;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.http.document.DescribedAgents;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.view.AgentView;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.Map;

/** Who can be asked, and what they can have done. */
@Controller("/v1/agents")
final class AgentController {
  private final Desk desk;
  private final Answers answers;
  private final Agents agents;

  AgentController(Desk desk, Answers answers, Agents agents) {
    this.desk = desk;
    this.answers = answers;
    this.agents = agents;
  }

  /** Lists who can be asked. */
  @Get
  @DescribedAgents.ListAgents
  HttpResponse<byte[]> list(HttpRequest<?> request) {
    desk.caller(request);
    return answers.json(
        HttpStatus.OK, Map.of("agents", agents.all().stream().map(this::view).toList()));
  }

  /** Tells of an agent and what it can have done. */
  @Get("/{name}")
  @DescribedAgents.GetAgent
  HttpResponse<byte[]> get(HttpRequest<?> request, String name) {
    desk.caller(request);
    return agents
        .find(name)
        .map(agent -> answers.json(HttpStatus.OK, view(agent)))
        .orElseThrow(() -> Refusal.of(Code.NOT_FOUND, "There is no agent of this name."));
  }

  private AgentView view(Agent agent) {
    return AgentView.of(agent, agent.name().equals(agents.usual()));
  }
}
