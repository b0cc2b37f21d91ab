package dev.millrace.agent;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Everybody who can be asked, by name. */
public final class Agents {
  private final Map<String, Agent> byName = new LinkedHashMap<>();

  public Agents(Collection<Agent> agents) {
    for (Agent agent : agents) {
      if (byName.putIfAbsent(agent.name(), agent) != null) {
        throw new IllegalArgumentException("two agents are named " + agent.name());
      }
    }
  }

  public Optional<Agent> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  public Set<String> names() {
    return Set.copyOf(byName.keySet());
  }
}
