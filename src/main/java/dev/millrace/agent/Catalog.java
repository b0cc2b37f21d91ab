package dev.millrace.agent;

import dev.millrace.job.Limits;
import dev.millrace.model.LanguageModel;
import dev.millrace.tool.Tool;
import dev.millrace.tool.python.RunPython;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
    var declaration = new Declaration(name, keys, faults);
    Optional<LanguageModel> model = model(declaration);
    String instructions = declaration.instructions();
    List<Tool> own = tools(declaration);
    Limits limits = declaration.limits();
    Map<String, Object> schema = declaration.schema();
    Duration deadline = declaration.deadline();
    if (faults.size() > before || model.isEmpty()) {
      return Optional.empty();
    }
    try {
      var agent =
          new Agent(
              name,
              model.get(),
              instructions,
              own,
              declaration.text("description", ""),
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

  private Optional<LanguageModel> model(Declaration agent) {
    String wanted = agent.text("model", usualModel).strip();
    Optional<LanguageModel> model = models.apply(wanted);
    if (model.isEmpty()) {
      agent.wrong("model", "is " + wanted + ", and no model is set up under that name.");
    }
    return model;
  }

  private List<Tool> tools(Declaration agent) {
    var own = new ArrayList<Tool>();
    for (String word : agent.words("tools")) {
      if (word.startsWith(CALLS)) {
        called(agent, word.substring(CALLS.length())).ifPresent(own::add);
      } else if (tools.containsKey(word)) {
        own.add(tools.get(word));
      } else {
        agent.wrong(
            "tools",
            "names %s, but the tools are: %s; and agent:NAME for each agent."
                .formatted(word, String.join(", ", tools.keySet())));
      }
    }
    return own;
  }

  private Optional<Tool> called(Declaration agent, String other) {
    if (!declared.containsKey(other) && !made.containsKey(other)) {
      agent.wrong("tools", "names the agent " + other + ", and there is no such agent.");
      return Optional.empty();
    }
    if (making.contains(other) && !made.containsKey(other)) {
      agent.wrong(
          "tools",
          "names the agent " + other + ", which calls this one, or cannot be made itself.");
      return Optional.empty();
    }
    return agent(other).map(AgentTool::new);
  }
}
