package dev.millrace.http.legacy.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.agent.Agent;
import dev.millrace.http.Desk;
import dev.millrace.http.HttpSettings;
import dev.millrace.http.legacy.Errands;
import dev.millrace.http.legacy.Surroundings;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Body;
import dev.millrace.intake.Histories;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What this system said of itself, and a mirror for those who build its requests. */
@Hidden
@Controller("/api")
@ExecuteOn(TaskExecutors.BLOCKING)
final class SystemController {
  private static final String FRAMEWORK = "Millrace";

  /** Each is looked at, so no more are counted. */
  private static final int MOST_COUNTED = 100;

  private final Errands errands;
  private final Desk desk;
  private final Histories histories;
  private final Surroundings surroundings;
  private final HttpSettings settings;
  private final ObjectMapper json;

  SystemController(
      Errands errands,
      Desk desk,
      Histories histories,
      Surroundings surroundings,
      HttpSettings settings,
      ObjectMapper json) {
    this.errands = errands;
    this.desk = desk;
    this.histories = histories;
    this.surroundings = surroundings;
    this.settings = settings;
    this.json = json;
  }

  /**
   * How it is set up.
   *
   * @param activeSessions how many conversations the caller has, counted to a hundred
   * @param dynamicSessions null: nobody knows here how many sessions a pool holds
   */
  @Serdeable
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Health(
      String status,
      String framework,
      @JsonProperty("agent_name") String agentName,
      @Nullable String endpoint,
      String model,
      @JsonProperty("tools_count") int toolsCount,
      @JsonProperty("active_sessions") int activeSessions,
      @JsonProperty("dynamic_sessions") @Nullable Integer dynamicSessions,
      @JsonProperty("session_pool_configured") boolean sessionPoolConfigured,
      @JsonProperty("azure_configured") boolean azureConfigured) {}

  @Get("/system/health")
  Health health(HttpRequest<?> request) {
    var owner = desk.caller(request).owner();
    Agent agent = errands.usual();
    Surroundings.@Nullable Model model = surroundings.models().get(agent.model().name());
    return new Health(
        "healthy",
        FRAMEWORK,
        agent.name(),
        model == null ? null : model.endpoint(),
        surroundings.called(agent.model().name()),
        agent.tools().size(),
        histories.list(owner, null, MOST_COUNTED).conversations().size(),
        null,
        surroundings.sessionPool(),
        model != null && model.azure());
  }

  /** The tools of the agent that is asked where nobody is named. */
  @Serdeable
  record Tools(
      List<OldTools.Offered> tools,
      @JsonProperty("total_tools") int totalTools,
      String framework) {}

  @Get("/tools")
  Tools tools(HttpRequest<?> request) {
    desk.caller(request);
    var tools = OldTools.offered(errands.usual());
    return new Tools(tools, tools.size(), FRAMEWORK);
  }

  /** What was understood. */
  @Serdeable
  record Mirrored(
      boolean success, @JsonProperty("code_received") String codeReceived, int length) {}

  /** Says which code it finds in the body of a request to a session; runs nothing. */
  @Post("/system/test-session-payload")
  @Consumes(MediaType.ALL)
  Mirrored mirror(HttpRequest<?> request) {
    desk.caller(request);
    JsonNode properties = read(new Body(request).json(settings.largestRequest())).get("properties");
    JsonNode code = properties == null ? null : properties.get("code");
    if (code == null || !code.isString() || code.getStringValue().isBlank()) {
      throw Refusal.invalid("/properties/code", "is required: the code to run");
    }
    String text = code.getStringValue();
    return new Mirrored(true, text, text.codePointCount(0, text.length()));
  }

  private JsonNode read(byte[] body) {
    try {
      return Objects.requireNonNull(json.readValue(body, JsonNode.class));
    } catch (IOException e) {
      throw Refusal.of(Code.INVALID_REQUEST, "The body is not JSON in UTF-8.");
    }
  }
}
