package dev.millrace.agent;

import io.micronaut.context.annotation.ConfigurationProperties;
import org.jspecify.annotations.Nullable;

/**
 * The names under which an earlier system knew its one agent. They make an agent that is asked when
 * a request names nobody.
 *
 * @param name {@code AGENT_NAME}
 * @param instructions {@code AGENT_INSTRUCTIONS}
 */
@ConfigurationProperties("agent")
public record AncestorSettings(@Nullable String name, @Nullable String instructions) {
  public static final AncestorSettings NONE = new AncestorSettings(null, null);

  public AncestorSettings {
    name = name == null || name.isBlank() ? null : name.strip();
    instructions = instructions == null || instructions.isBlank() ? null : instructions;
  }

  boolean given() {
    return name != null || instructions != null;
  }
}
