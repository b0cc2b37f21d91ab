package dev.millrace.agent;

import dev.millrace.job.Limits;
import dev.millrace.model.LanguageModel;
import dev.millrace.tool.Tool;
import dev.millrace.tool.Toolbox;
import dev.millrace.tool.schema.JsonSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who can be asked. A bean of this type joins those that the settings declare.
 *
 * @param instructions what the model is told before anything else
 * @param description what it is good for, for people and for agents that may call it
 * @param limits the most that a request to it may use
 * @param responseSchema that its answers follow, where a request names none
 * @param deadline how long a job may take from its submission on, where its request names no time
 */
public record Agent(
    String name,
    LanguageModel model,
    String instructions,
    List<Tool> tools,
    String description,
    Limits limits,
    @Nullable Map<String, Object> responseSchema,
    Duration deadline) {
  /** After which a job is given up, however little it was worked on. */
  public static final Duration USUAL_DEADLINE = Duration.ofHours(24);

  /** It is in the names of tools, in headers and in addresses. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,57}");

  /**
   * @throws IllegalArgumentException when it cannot be, with every reason on a line of its own
   */
  public Agent {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "an agent's name has 1 to 58 letters, digits, hyphens and underscores, and begins with a"
              + " letter or digit; not "
              + name);
    }
    tools = new Toolbox(tools).all();
    if (!deadline.isPositive()) {
      throw new IllegalArgumentException("a deadline must be longer than nothing");
    }
    if (responseSchema != null) {
      JsonSchema.of(responseSchema);
    }
  }

  /** One with the usual limits. */
  public Agent(String name, LanguageModel model, String instructions, List<Tool> tools) {
    this(name, model, instructions, tools, "", Limits.USUAL, null, USUAL_DEADLINE);
  }

  /** What its tools, and those of the agents it may call, need of an owner: a set for each. */
  public Set<Set<String>> scopes() {
    return tools.stream()
        .flatMap(
            tool ->
                tool instanceof AgentTool other
                    ? other.agent().scopes().stream()
                    : Stream.of(tool.scopes()))
        .filter(scopes -> !scopes.isEmpty())
        .collect(Collectors.toSet());
  }

  /** Whether it can act for an owner at all. */
  public boolean borrows() {
    return !scopes().isEmpty();
  }

  /** The schema, if it has one. */
  public Optional<Map<String, Object>> schema() {
    return Optional.ofNullable(responseSchema);
  }
}
