package dev.millrace.http.legacy.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.agent.Agent;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import dev.millrace.tool.Tool;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Tools as this system called and showed them: Python had another name then. */
final class OldTools {
  private static final String PYTHON = "run_python";
  private static final String OLD_PYTHON = "execute_in_dynamic_session";

  private OldTools() {}

  /** A tool that a model has called. */
  @Serdeable
  record Used(String name, String icon, String description) {}

  /** A tool that a model may call. */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Offered(
      String name,
      String description,
      List<String> parameters,
      @JsonProperty("example_usage") String exampleUsage) {}

  /** What was called, each tool once. */
  static List<Used> used(JobState job) {
    return job.steps().stream()
        .flatMap(step -> step instanceof Step.Tool tool ? Stream.of(tool) : Stream.empty())
        .flatMap(tool -> Stream.ofNullable(tool.call()))
        .map(call -> call.name())
        .distinct()
        .map(OldTools::used)
        .toList();
  }

  private static Used used(String tool) {
    return tool.equals(PYTHON)
        ? new Used(OLD_PYTHON, "📦", "Python Execution")
        : new Used(tool, "🔧", tool);
  }

  static List<String> names(Agent agent) {
    return agent.tools().stream().map(Tool::name).map(OldTools::old).toList();
  }

  static List<Offered> offered(Agent agent) {
    return agent.tools().stream().map(OldTools::offered).toList();
  }

  private static Offered offered(Tool tool) {
    return new Offered(
        old(tool.name()),
        tool.description(),
        tool.schema().get("properties") instanceof Map<?, ?> properties
            ? properties.keySet().stream().map(String::valueOf).toList()
            : List.of(),
        "");
  }

  private static String old(String name) {
    return name.equals(PYTHON) ? OLD_PYTHON : name;
  }
}
