package dev.millrace.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.MapPropertySource;
import io.micronaut.context.env.PropertySource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the framework itself reads what is said of agents. */
class AgentSettingsTest {
  private static AgentSettings settings(PropertySource... sources) {
    try (var context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .environmentPropertySource(false)
            .propertySources(sources)
            .start()) {
      return context.getBean(AgentSettings.class);
    }
  }

  private static PropertySource environment(Map<String, Object> variables) {
    return new MapPropertySource("environment", variables) {
      @Override
      public PropertyConvention getConvention() {
        return PropertyConvention.ENVIRONMENT_VARIABLE;
      }

      @Override
      public int getOrder() {
        return 100;
      }
    };
  }

  @Test
  void an_agent_is_declared_by_properties() {
    var settings =
        settings(
            PropertySource.of(
                Map.of(
                    "millrace.agent", "reporter",
                    "millrace.agents.reporter.instructions", "Report.",
                    "millrace.agents.reporter.tools", List.of("run_python", "agent:chat"),
                    "millrace.agents.reporter.limits.tool-calls", 7,
                    "millrace.agents.reporter.deadline", "90m")));

    assertThat(settings.agent()).isEqualTo("reporter");
    assertThat(settings.declared())
        .isEqualTo(
            Map.of(
                "reporter",
                Map.of(
                    "instructions",
                    "Report.",
                    "tools",
                    List.of("run_python", "agent:chat"),
                    "limits.tool-calls",
                    7,
                    "deadline",
                    "90m")));
  }

  @Test
  void environment_variables_declare_one_or_change_one_thing_of_another() {
    var settings =
        settings(
            PropertySource.of(Map.of("millrace.agents.reporter.instructions", "Report.")),
            environment(
                Map.of(
                    "MILLRACE_AGENT", "reporter",
                    "MILLRACE_AGENTS_REPORTER_LIMITS_TOOL_CALLS", "7",
                    "MILLRACE_AGENTS_ANALYST_RESPONSE_SCHEMA", "{}",
                    "MILLRACE_AGENTS_ANALYST_DEADLINE", "1h")));

    assertThat(settings.agent()).isEqualTo("reporter");
    assertThat(settings.declared())
        .isEqualTo(
            Map.of(
                "reporter", Map.of("instructions", "Report.", "limits.tool-calls", "7"),
                "analyst", Map.of("response-schema", "{}", "deadline", "1h")));
  }
}
