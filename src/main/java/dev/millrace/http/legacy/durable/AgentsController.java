package dev.millrace.http.legacy.durable;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.agent.Agents;
import dev.millrace.http.Desk;
import dev.millrace.http.legacy.LegacySettings;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;

/** Who can be asked. */
@Hidden
@Controller("/api/health")
final class AgentsController {
  /** There is one type of agents here. */
  static final String TYPE = "Agent";

  private final Agents agents;
  private final Desk desk;
  private final LegacySettings settings;

  AgentsController(Agents agents, Desk desk, LegacySettings settings) {
    this.agents = agents;
    this.desk = desk;
    this.settings = settings;
  }

  /** All agents. */
  @Serdeable
  record Health(
      String status, List<Described> agents, @JsonProperty("agent_count") int agentCount) {}

  /** One of them. */
  @Serdeable
  record Described(String name, String type) {}

  @Get
  Health health(HttpRequest<?> request) {
    desk.caller(request);
    if (!settings.health()) {
      throw Refusal.of(
          Code.NOT_FOUND, "Nothing is at this address. What there is stands in /docs.");
    }
    var all = agents.names().stream().map(name -> new Described(name, TYPE)).toList();
    return new Health("healthy", all, all.size());
  }
}
