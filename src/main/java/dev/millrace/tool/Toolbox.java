package dev.millrace.tool;

import dev.millrace.job.Excerpt;
import dev.millrace.job.Finding;
import dev.millrace.job.ToolCall;
import dev.millrace.tool.schema.JsonSchema;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The tools of one agent, by name, and what is wrong with a call of one. */
public final class Toolbox {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final Map<String, Tool> tools = new LinkedHashMap<>();
  private final Map<String, JsonSchema> schemas = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException when two have one name, or a name or a schema is no good
   */
  public Toolbox(Collection<? extends Tool> all) {
    this(all, new HashMap<>());
  }

  /**
   * @param known the schemas of tools that were in a toolbox before; a schema is dear to make
   * @throws IllegalArgumentException when two have one name, or a name or a schema is no good
   */
  public Toolbox(Collection<? extends Tool> all, Map<Tool, JsonSchema> known) {
    for (Tool tool : all) {
      if (!NAME.matcher(tool.name()).matches()) {
        throw new IllegalArgumentException(
            "a tool's name has 1 to 64 letters, digits, hyphens and underscores, not "
                + tool.name());
      }
      if (tools.putIfAbsent(tool.name(), tool) != null) {
        throw new IllegalArgumentException("two tools are named " + tool.name());
      }
      try {
        schemas.put(tool.name(), known.computeIfAbsent(tool, it -> JsonSchema.of(it.schema())));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "the schema of the tool " + tool.name() + " " + e.getMessage(), e);
      }
    }
  }

  public List<Tool> all() {
    return List.copyOf(tools.values());
  }

  public Optional<Tool> find(String name) {
    return Optional.ofNullable(tools.get(name));
  }

  /** Why a call cannot be made, for the model that wants it; absent when it can be made. */
  public Optional<String> objection(ToolCall call) {
    JsonSchema schema = schemas.get(call.name());
    if (schema == null) {
      return Optional.of(
          tools.isEmpty()
              ? "there is no tool " + call.name() + "; there are none"
              : "there is no tool "
                  + call.name()
                  + "; there are: "
                  + String.join(", ", tools.keySet()));
    }
    if (call.unreadable() != null) {
      return Optional.of(
          "the arguments are no JSON object: "
              + Excerpt.of(call.unreadable(), 200)
              + "; call it again");
    }
    List<Finding> faults = schema.faults(call.arguments());
    return faults.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the arguments do not follow the tool's schema: "
                + faults.stream()
                    .map(fault -> (fault.at() + " " + fault.problem()).strip())
                    .collect(Collectors.joining("; ")));
  }
}
