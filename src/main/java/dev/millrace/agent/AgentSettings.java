package dev.millrace.agent;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import io.micronaut.core.convert.format.MapFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who can be asked.
 *
 * @param agent who is asked when a request names nobody
 * @param agents for each name what it is, see {@link #declared}
 */
@ConfigurationProperties("millrace")
public record AgentSettings(
    @Nullable String agent,
    @MapFormat(transformation = MapFormat.MapTransformation.NESTED)
        @Nullable Map<String, Object> agents,
    PictureSettings pictures) {
  private static final Pattern ELEMENT = Pattern.compile("(.*)\\[(\\d{1,6})]");

  /** What can be said of an agent. */
  static final List<String> KEYS =
      List.of(
          "model",
          "instructions",
          "description",
          "tools",
          "response-schema",
          "deadline",
          "limits.turns",
          "limits.tool-calls",
          "limits.tokens",
          "limits.seconds",
          "limits.output-bytes");

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public AgentSettings {
    agent = agent == null || agent.isBlank() ? null : agent.strip();
    var faults = new ArrayList<String>();
    read(agents, faults);
    pictures.check(faults);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /**
   * The figures of a job that a model is shown, if it can see.
   *
   * @param most how many with one request, the latest; 0 for none
   * @param largest in KiB; a larger one is not shown
   */
  @ConfigurationProperties("pictures")
  public record PictureSettings(
      @Bindable(defaultValue = "4") int most, @Bindable(defaultValue = "2048") int largest) {
    private void check(List<String> faults) {
      if (most < 0 || most > 50) {
        faults.add(
            "millrace.pictures.most (MILLRACE_PICTURES_MOST) must be 0 to 50, not " + most + ".");
      }
      if (largest < 1 || largest > 20_480) {
        faults.add(
            "millrace.pictures.largest (MILLRACE_PICTURES_LARGEST) must be 1 to 20480 (KiB), not "
                + largest
                + ".");
      }
    }
  }

  /** The same for the loop. */
  public PictureLimits shown() {
    return new PictureLimits(pictures.most(), (long) pictures.largest() << 10);
  }

  /** What the settings say: for each agent its keys and their values, empty ones left out. */
  Map<String, Map<String, Object>> declared() {
    return read(agents, new ArrayList<>());
  }

  /**
   * An environment variable does not say where a dot is and where a hyphen, and comes in every
   * reading; so a key is known by its end, and what stands before it is the agent's name.
   */
  private static Map<String, Map<String, Object>> read(
      @Nullable Map<String, Object> agents, List<String> faults) {
    var declared = new LinkedHashMap<String, Map<String, Object>>();
    var leaves = new LinkedHashMap<String, Object>();
    flatten("", agents == null ? Map.of() : agents, leaves);
    joined(leaves)
        .forEach(
            (path, value) -> {
              String flat = path.replace('.', '-');
              List<String> keys =
                  KEYS.stream().filter(key -> flat.endsWith("-" + key.replace('.', '-'))).toList();
              if (keys.isEmpty()) {
                faults.add(
                    "millrace.agents.%s is no setting of an agent; there are: %s"
                        .formatted(path, String.join(", ", KEYS)));
              } else if (!value.toString().isBlank()) {
                String key = keys.getFirst();
                String name = flat.substring(0, flat.length() - key.length() - 1);
                declared.computeIfAbsent(name, agent -> new LinkedHashMap<>()).put(key, value);
              }
            });
    return declared;
  }

  /** A list comes as one key for each of its elements, beside the list itself or without it. */
  private static Map<String, Object> joined(Map<String, Object> leaves) {
    var joined = new LinkedHashMap<String, Object>();
    var lists = new LinkedHashMap<String, SortedMap<Integer, Object>>();
    leaves.forEach(
        (path, value) -> {
          Matcher element = ELEMENT.matcher(path);
          if (element.matches()) {
            lists
                .computeIfAbsent(element.group(1), list -> new TreeMap<>())
                .put(Integer.valueOf(element.group(2)), value);
          } else {
            joined.put(path, value);
          }
        });
    lists.forEach((path, list) -> joined.putIfAbsent(path, List.copyOf(list.values())));
    return joined;
  }

  private static void flatten(String prefix, Map<?, ?> within, Map<String, Object> leaves) {
    within.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> deeper) {
            flatten(prefix + key + ".", deeper, leaves);
          } else if (value != null) {
            leaves.put(prefix + key, value);
          }
        });
  }

  /** A list, or the words of one text between commas. */
  static List<String> words(Object value) {
    Stream<?> words =
        value instanceof List<?> list ? list.stream() : Stream.of(value.toString().split(","));
    return words.map(word -> word.toString().strip()).filter(word -> !word.isEmpty()).toList();
  }
}
