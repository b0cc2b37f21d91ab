package dev.millrace;

import dev.millrace.agent.Agent;
import dev.millrace.agent.AgentSettings;
import dev.millrace.agent.Agents;
import dev.millrace.agent.AncestorSettings;
import dev.millrace.agent.Audience;
import dev.millrace.agent.Catalog;
import dev.millrace.agent.Observer;
import dev.millrace.agent.loop.AgentLoop;
import dev.millrace.agent.loop.JobSessions;
import dev.millrace.agent.loop.VirtualTasks;
import dev.millrace.artifact.Artifacts;
import dev.millrace.journal.Journal;
import dev.millrace.model.Models;
import dev.millrace.session.SessionPool;
import dev.millrace.tool.Delegation;
import dev.millrace.tool.Tool;
import dev.millrace.tool.python.PythonSettings;
import dev.millrace.tool.python.RunPython;
import dev.millrace.worker.Patience;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;

/** Who can be asked, what they can have done, and how they work. */
@Factory
final class AgentWiring {
  @Singleton
  RunPython runPython(PythonSettings settings) {
    return new RunPython(settings);
  }

  /** Beans of the types Agent and Tool join in by being there. */
  @Singleton
  Agents agents(
      AgentSettings settings,
      AncestorSettings ancestor,
      List<Agent> agents,
      List<Tool> tools,
      Models models) {
    return Catalog.agents(settings, ancestor, agents, tools, models::find, models.usual());
  }

  @Singleton
  JobSessions jobSessions(SessionPool pool, Journal journal, Artifacts artifacts) {
    return new JobSessions(pool, journal, artifacts);
  }

  @Singleton
  AgentLoop agentLoop(
      JobSessions sessions,
      Artifacts artifacts,
      InstantSource clock,
      Patience patience,
      List<Observer> observers,
      Journal journal,
      AgentSettings settings,
      Delegation delegation) {
    return new AgentLoop(
        new VirtualTasks(),
        sessions,
        artifacts,
        clock,
        patience.longestCall(),
        new Audience(observers, journal),
        settings.shown(),
        delegation);
  }
}
