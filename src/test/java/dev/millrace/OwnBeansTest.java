package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.job.ToolOutcome;
import dev.millrace.model.Models;
import dev.millrace.tool.RecordTool;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import dev.millrace.tool.schema.Description;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user adds in Java, as the README shows it. */
class OwnBeansTest {
  @TempDir Path folder;

  @Singleton
  @Requires(property = "own.beans")
  static final class Weather implements RecordTool<Weather.At> {
    record At(@Description("the town") String town, @Nullable Integer days) {}

    @Override
    public String name() {
      return "weather";
    }

    @Override
    public String description() {
      return "Tells the weather of a town.";
    }

    @Override
    public Class<At> arguments() {
      return At.class;
    }

    @Override
    public ToolOutcome call(At at, ToolContext context) {
      return ToolOutcome.of("rain");
    }
  }

  @Factory
  @Requires(property = "own.beans")
  static final class Forecasts {
    @Singleton
    Agent forecaster(Models models, Weather weather) {
      var model = models.find("rehearsal").orElseThrow();
      return new Agent("forecaster", model, "Say what the weather will be.", List.of(weather));
    }
  }

  @Test
  void a_tool_is_found_by_its_name_and_an_agent_by_being_there() throws IOException {
    var settings =
        """
        MILLRACE_AGENTS_REPORTER_INSTRUCTIONS=Report.
        MILLRACE_AGENTS_REPORTER_TOOLS=weather,agent:forecaster
        MILLRACE_AGENT=forecaster
        """;

    var agents = agents(settings, Map.of("own.beans", "true"));

    assertThat(agents.usual()).isEqualTo("forecaster");
    assertThat(agents.find("reporter").orElseThrow().tools())
        .extracting(Tool::name)
        .containsExactly("weather", "agent_forecaster");
    assertThat(agents.find("forecaster").orElseThrow().tools())
        .extracting(Tool::name)
        .containsExactly("weather");
  }

  private Agents agents(String settings, Map<String, Object> given) throws IOException {
    Path file = Files.writeString(folder.resolve(".env"), settings);
    try (var assembly = Assembly.start(file, given)) {
      return assembly.get(Agents.class);
    }
  }
}
