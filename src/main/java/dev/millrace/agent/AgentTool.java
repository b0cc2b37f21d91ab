package dev.millrace.agent;

import dev.millrace.job.ToolOutcome;
import dev.millrace.tool.RecordTool;
import dev.millrace.tool.ToolContext;
import dev.millrace.tool.schema.Description;

/**
 * An agent that another one can call. The loop does its work itself, in the same slot, in the same
 * code session and on the budget of the job; each of its steps is written down like any other.
 */
public final class AgentTool implements RecordTool<AgentTool.Arguments> {
  static final String PREFIX = "agent_";

  private final Agent agent;

  public AgentTool(Agent agent) {
    this.agent = agent;
  }

  /** What it is asked. */
  public record Arguments(
      @Description("What it has to do, with all it needs to know: it sees nothing else.")
          String message) {}

  /** Who is called. */
  public Agent agent() {
    return agent;
  }

  @Override
  public String name() {
    return PREFIX + agent.name();
  }

  @Override
  public String description() {
    return agent.description().isBlank()
        ? "Asks the agent " + agent.name() + "."
        : agent.description();
  }

  @Override
  public Class<Arguments> arguments() {
    return Arguments.class;
  }

  @Override
  public ToolOutcome call(Arguments arguments, ToolContext context) {
    throw new IllegalStateException("an agent is called by the loop");
  }
}
