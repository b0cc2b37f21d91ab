package dev.millrace.agent;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Everybody who can be asked, by name. */
public final class Agents {
  private final Map<String, Agent> byName = new LinkedHashMap<>();
  private final String usual;

  /**
   * @param usual the name of who is asked when nobody is named
   */
  public Agents(Collection<Agent> agents, String usual) {
    for (Agent agent : agents) {
      if (byName.putIfAbsent(agent.name(), agent) != null) {
        throw new IllegalArgumentException("two agents are named " + agent.name());
      }
    }
    if (!byName.containsKey(usual)) {
      throw new IllegalArgumentException("no agent is named " + usual);
    }
    this.usual = usual;
  }

  /** Where the first one is asked when nobody is named. */
  public Agents(List<Agent> agents) {
    this(agents, agents.getFirst().name());
  }

  public Optional<Agent> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** How long a job of an agent may take where its request names no time. */
  public Duration deadline(String name) {
    return find(name).map(Agent::deadline).orElse(Agent.USUAL_DEADLINE);
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  /** All of them, in the order in which they were declared. */
  public List<Agent> all() {
    return List.copyOf(byName.values());
  }

  /** The name of who is asked when nobody is named. */
  public String usual() {
    return usual;
  }
}
