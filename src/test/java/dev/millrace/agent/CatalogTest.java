package dev.millrace.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Limits;
import dev.millrace.tool.Tool;
import dev.millrace.tool.python.PythonSettings;
import dev.millrace.tool.python.RunPython;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private final ScriptedModel model = new ScriptedModel();

  private Agents agents(@Nullable String usual, Map<String, Object> declared, Agent... beans) {
    return agents(usual, declared, AncestorSettings.NONE, beans);
  }

  private Agents agents(
      @Nullable String usual,
      Map<String, Object> declared,
      AncestorSettings ancestor,
      Agent... beans) {
    return Catalog.agents(
        new AgentSettings(usual, declared, new AgentSettings.PictureSettings(4, 2048)),
        ancestor,
        List.of(beans),
        List.of(new RunPython(PythonSettings.USUAL)),
        name -> name.equals("gpt") ? Optional.of(model) : Optional.empty(),
        "gpt");
  }

  @Test
  void two_ship_and_the_analyst_is_asked_when_nobody_is_named() {
    var agents = agents(null, Map.of());

    assertThat(agents.usual()).isEqualTo("analyst");
    assertThat(agents.find("analyst").orElseThrow().tools())
        .extracting(Tool::name)
        .containsExactly("run_python");
    assertThat(agents.find("chat").orElseThrow().tools()).isEmpty();
  }

  @Test
  void one_is_declared_and_may_call_another() {
    var agents =
        agents(
            "boss",
            Map.of(
                "boss",
                Map.of(
                    "instructions",
                    "Lead.",
                    "tools",
                    "run_python, agent:chat",
                    "limits",
                    Map.of("turns", "3"),
                    "deadline",
                    "90m",
                    "response-schema",
                    "{\"type\":\"object\"}")));

    var boss = agents.find(agents.usual()).orElseThrow();
    assertThat(boss.tools()).extracting(Tool::name).containsExactly("run_python", "agent_chat");
    assertThat(boss.limits().turns()).isEqualTo(3);
    assertThat(agents.deadline("boss")).isEqualTo(Duration.ofMinutes(90));
    assertThat(agents.deadline("chat")).isEqualTo(Duration.ofHours(24));
    assertThat(boss.limits().tokens()).isEqualTo(Limits.USUAL.tokens());
    assertThat(boss.responseSchema()).isEqualTo(Map.of("type", "object"));
  }

  /** As the framework reads an environment variable: every way its hyphens might be dots. */
  @Test
  void an_environment_variable_changes_one_thing_of_one_agent() {
    var agents =
        agents(
            null,
            Map.of(
                "analyst", Map.of("limits", Map.of("turns", "3"), "limits-turns", "3"),
                "analyst-limits", Map.of("turns", "3"),
                "analyst-limits-turns", "3"));

    assertThat(agents.names()).containsExactlyInAnyOrder("analyst", "chat");
    assertThat(agents.find("analyst").orElseThrow().limits().turns()).isEqualTo(3);
  }

  @Test
  void the_names_of_an_ancestor_make_the_one_that_is_asked() {
    var agents = agents(null, Map.of(), new AncestorSettings("Specialist", "Be brief."));

    assertThat(agents.usual()).isEqualTo("Specialist");
    assertThat(agents.find("Specialist").orElseThrow().instructions()).isEqualTo("Be brief.");
  }

  @Test
  void everything_that_is_wrong_is_said_at_once() {
    Map<String, Object> declared =
        Map.of(
            "a", Map.of("instructions", "x", "tools", "cobol,agent:nobody", "model", "other"),
            "b", Map.of("limits", Map.of("turns", "many")),
            "c", Map.of("instructions", "x", "tools", "agent:d", "response-schema", "nonsense"),
            "d", Map.of("instructions", "x", "tools", "agent:c"));

    assertThatThrownBy(() -> agents("nobody", declared, new Agent("chat", model, "Hi.", List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.tools names cobol")
        .hasMessageContaining("a.tools names the agent nobody")
        .hasMessageContaining("a.model is other")
        .hasMessageContaining("b.instructions is missing")
        .hasMessageContaining("b.limits.turns must be a whole number")
        .hasMessageContaining("c.response-schema must be")
        .hasMessageContaining("which calls this one")
        .hasMessageContaining("two agents are named chat")
        .hasMessageContaining("MILLRACE_AGENT");
  }

  @Test
  void a_key_that_nobody_knows_is_named() {
    assertThatThrownBy(() -> agents(null, Map.of("a", Map.of("instrctions", "x"))))
        .hasMessageContaining("millrace.agents.a.instrctions is no setting of an agent");
  }
}
