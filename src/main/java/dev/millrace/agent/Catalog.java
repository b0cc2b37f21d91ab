package dev.millrace.agent;

import dev.millrace.job.Limits;
import dev.millrace.model.LanguageModel;
import dev.millrace.tool.Tool;
import dev.millrace.tool.python.RunPython;
import dev.millrace.tool.schema.JsonSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the agents: the two that ship, those that the settings declare or change, and those that
 * are beans. What is wrong is said all at once.
 */
public final class Catalog {
  static final String ANALYST = "analyst";
  static final String CHAT = "chat";
  private static final String CALLS = "agent:";

  private final Function<String, Optional<LanguageModel>> models;
  private final String usualModel;
  private final Map<String, Tool> tools = new LinkedHashMap<>();
  private final Map<String, Map<String, Object>> declared = new LinkedHashMap<>();
  private final Map<String, Agent> made = new LinkedHashMap<>();
  private final Set<String> making = new HashSet<>();
  private final List<String> faults = new ArrayList<>();

  private Catalog(Function<String, Optional<LanguageModel>> models, String usualModel) {
    this.models = models;
    this.usualModel = usualModel;
  }

  /**
   * @param models finds a model by its name
   * @param usualModel the name of the model of who names none
   * @throws IllegalArgumentException with one line for each thing to mend
   */
  public static Agents agents(
      AgentSettings settings,
      AncestorSettings ancestor,
      Collection<Agent> beans,
      Collection<Tool> tools,
      Function<String, Optional<LanguageModel>> models,
      String usualModel) {
    return new Catalog(models, usualModel).made(settings, ancestor, beans, tools);
  }

  private Agents made(
      AgentSettings settings,
      AncestorSettings ancestor,
      Collection<Agent> beans,
      Collection<Tool> all) {
    for (Tool tool : all) {
      if (tools.putIfAbsent(tool.name(), tool) != null) {
        faults.add("two tools are named " + tool.name() + "; rename one of them.");
      }
    }
    declared.put(ANALYST, shipped(ANALYST, List.of(RunPython.NAME)));
    declared.put(CHAT, shipped(CHAT, List.of()));
    String usual = ancestor.given() ? inherit(ancestor) : ANALYST;
    settings
        .declared()
        .forEach(
            (name, keys) ->
                declared.computeIfAbsent(name, agent -> new LinkedHashMap<>()).putAll(keys));
    for (Agent bean : beans) {
      if (declared.containsKey(bean.name()) || made.putIfAbsent(bean.name(), bean) != null) {
        faults.add("two agents are named " + bean.name() + "; rename the bean.");
      }
    }
    List.copyOf(declared.keySet()).forEach(this::agent);
    usual = settings.agent() == null ? usual : settings.agent();
    if (!declared.containsKey(usual) && !made.containsKey(usual)) {
      faults.add(
          "millrace.agent (MILLRACE_AGENT) is %s, but the agents are: %s."
              .formatted(usual, String.join(", ", names())));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
    return new Agents(made.values(), usual);
  }

  private String inherit(AncestorSettings ancestor) {
    String name = Objects.requireNonNullElse(ancestor.name(), ANALYST);
    Map<String, Object> agent = new LinkedHashMap<>(shipped(ANALYST, List.of(RunPython.NAME)));
    Optional.ofNullable(ancestor.instructions())
        .ifPresent(instructions -> agent.put("instructions", instructions));
    declared.put(name, agent);
    return name;
  }

  private static Map<String, Object> shipped(String name, List<String> tools) {
    var agent = new LinkedHashMap<String, Object>();
    agent.put("instructions", text(name + ".txt"));
    agent.put("description", text(name + "-description.txt").strip());
    agent.put("tools", tools);
    return agent;
  }

  private static String text(String resource) {
    try (InputStream text =
        Objects.requireNonNull(Catalog.class.getResourceAsStream(resource), resource)) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Set<String> names() {
    var names = new java.util.TreeSet<>(declared.keySet());
    names.addAll(made.keySet());
    return names;
  }

  /** Makes an agent after those that it calls; absent when it cannot be made. */
  private Optional<Agent> agent(String name) {
    if (made.containsKey(name)) {
      return Optional.of(made.get(name));
    }
    Map<String, Object> keys = declared.get(name);
    if (keys == null) {
      return Optional.empty();
    }
    if (!making.add(name)) {
      return Optional.empty(); // met a second time, or found wrong before
    }
    int before = faults.size();
    Optional<LanguageModel> model = model(name, keys);
    if (!keys.containsKey("instructions")) {
      wrong(name, "instructions", "is missing: say what the agent is to do.");
    }
    List<Tool> own = tools(name, keys);
    Limits limits = limits(name, keys);
    Map<String, Object> schema = schema(name, keys);
    Duration deadline = deadline(name, keys);
    if (faults.size() > before || model.isEmpty()) {
      return Optional.empty();
    }
    try {
      var agent =
          new Agent(
              name,
              model.get(),
              keys.getOrDefault("instructions", "").toString(),
              own,
              keys.getOrDefault("description", "").toString(),
              limits,
              schema,
              deadline);
      made.put(name, agent);
      return Optional.of(agent);
    } catch (IllegalArgumentException e) {
      faults.add("millrace.agents." + name + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<LanguageModel> model(String name, Map<String, Object> keys) {
    String wanted = keys.getOrDefault("model", usualModel).toString().strip();
    Optional<LanguageModel> model = models.apply(wanted);
    if (model.isEmpty()) {
      wrong(name, "model", "is " + wanted + ", and no model is set up under that name.");
    }
    return model;
  }

  private List<Tool> tools(String name, Map<String, Object> keys) {
    var own = new ArrayList<Tool>();
    for (String word : AgentSettings.words(keys.getOrDefault("tools", List.of()))) {
      if (word.startsWith(CALLS)) {
        called(name, word.substring(CALLS.length())).ifPresent(own::add);
      } else if (tools.containsKey(word)) {
        own.add(tools.get(word));
      } else {
        wrong(
            name,
            "tools",
            "names %s, but the tools are: %s; and agent:NAME for each agent."
                .formatted(word, String.join(", ", tools.keySet())));
      }
    }
    return own;
  }

  private Optional<Tool> called(String name, String other) {
    if (!declared.containsKey(other) && !made.containsKey(other)) {
      wrong(name, "tools", "names the agent " + other + ", and there is no such agent.");
      return Optional.empty();
    }
    if (making.contains(other) && !made.containsKey(other)) {
      wrong(
          name,
          "tools",
          "names the agent " + other + ", which calls this one, or cannot be made itself.");
      return Optional.empty();
    }
    return agent(other).map(AgentTool::new);
  }

  private Limits limits(String name, Map<String, Object> keys) {
    Limits usual = Limits.USUAL;
    return new Limits(
        (int) number(name, keys, "limits.turns", usual.turns(), 1_000),
        (int) number(name, keys, "limits.tool-calls", usual.toolCalls(), 10_000),
        number(name, keys, "limits.tokens", usual.tokens(), Long.MAX_VALUE),
        (int) number(name, keys, "limits.seconds", usual.seconds(), Integer.MAX_VALUE),
        number(name, keys, "limits.output-bytes", usual.outputBytes(), Long.MAX_VALUE));
  }

  private long number(
      String name, Map<String, Object> keys, String key, long otherwise, long most) {
    Object value = keys.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value.toString().strip());
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    wrong(name, key, "must be a whole number from 1 to " + most + ", not " + value + ".");
    return otherwise;
  }

  private Duration deadline(String name, Map<String, Object> keys) {
    Object value = keys.get("deadline");
    if (value == null) {
      return Agent.USUAL_DEADLINE;
    }
    String text = value.toString().strip();
    try {
      Duration deadline = Duration.parse((text.matches("\\d+d") ? "P" : "PT") + text);
      if (deadline.isPositive()) {
        return deadline;
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    wrong(name, "deadline", "must be a duration such as 90s, 30m, 24h or 7d, not " + value + ".");
    return Agent.USUAL_DEADLINE;
  }

  private @Nullable Map<String, Object> schema(String name, Map<String, Object> keys) {
    Object text = keys.get("response-schema");
    if (text == null) {
      return null;
    }
    try {
      Map<String, Object> schema = JsonSchema.read(text.toString());
      JsonSchema.of(schema);
      return schema;
    } catch (IllegalArgumentException e) {
      wrong(name, "response-schema", "must be a JSON Schema as JSON text: " + e.getMessage());
      return null;
    }
  }

  private void wrong(String agent, String key, String sentence) {
    faults.add("millrace.agents." + agent + "." + key + " " + sentence);
  }
}
