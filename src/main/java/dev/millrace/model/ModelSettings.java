package dev.millrace.model;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.convert.format.MapFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The models there are. An empty value counts as none.
 *
 * @param model the name of the one that is meant where none is named; not needed when there is one
 * @param models each under its name
 */
@ConfigurationProperties("millrace")
public record ModelSettings(
    @Nullable String model,
    @MapFormat(transformation = MapFormat.MapTransformation.FLAT)
        @Nullable Map<String, Object> models) {
  /** There is always one of rules, which needs nothing from anybody, under this name. */
  public static final String BUILT_IN = ModelKind.REHEARSAL.shown();

  private static final String ROOT = "millrace.models.";
  private static final Pattern KEY =
      Pattern.compile(
          "([a-z0-9]+(?:-[a-z0-9]+)*)\\.(" + String.join("|", SetupReader.FIELDS) + ")");

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public ModelSettings {
    model = model == null || model.isBlank() ? null : model.strip();
    models = models == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(models));
    var faults = new ArrayList<String>();
    var names = read(models, faults).stream().map(ModelSetup::name).toList();
    var mine = new TreeSet<>(byName(models, new ArrayList<>()).keySet());
    if (mine.contains(BUILT_IN)) {
      faults.add(
          "%s is the name of the model that is built in. Choose another one."
              .formatted(shown(BUILT_IN)));
    }
    if (model == null && mine.size() > 1) {
      faults.add(
          "millrace.model (MILLRACE_MODEL) is missing. Name the one that is meant where none is"
              + " named: "
              + String.join(", ", mine));
    }
    if (model != null
        && !names.contains(model)
        && !mine.contains(model)
        && !model.equals(BUILT_IN)
        && !(mine.isEmpty() && model.equals(AzureOpenAiSettings.NAME))) {
      mine.add(BUILT_IN);
      faults.add(
          "millrace.model (MILLRACE_MODEL) names %s, which is no model that is set up. Set up %s, or name one of: %s"
              .formatted(model, shown(model), String.join(", ", mine)));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** Those that are set up; without any, what the variables of Azure name; and the built-in one. */
  public List<ModelSetup> setups(AzureOpenAiSettings azure) {
    var setups = new ArrayList<>(read(models == null ? Map.of() : models, new ArrayList<>()));
    if (setups.isEmpty()) {
      azure.setup().ifPresent(setups::add);
    }
    setups.add(new SetupReader(BUILT_IN, ROOT + BUILT_IN, Map.of("kind", BUILT_IN)).read());
    return setups;
  }

  /** The name of the one that is meant where none is named. */
  public String usual(AzureOpenAiSettings azure) {
    return model == null ? setups(azure).getFirst().name() : model;
  }

  /** Never the values: some are keys. */
  @Override
  public String toString() {
    return "ModelSettings[model=" + model + "]";
  }

  private static List<ModelSetup> read(Map<String, Object> models, List<String> faults) {
    var setups = new ArrayList<ModelSetup>();
    byName(models, faults)
        .forEach(
            (name, values) -> {
              var reader = new SetupReader(name, ROOT + name, values);
              faults.addAll(reader.faults());
              if (reader.faults().isEmpty()) {
                setups.add(reader.read());
              }
            });
    return setups;
  }

  /**
   * An environment variable arrives under every key that it might stand for, with dots and hyphens
   * for its underlines; one of them has to make sense.
   */
  private static Map<String, Map<String, String>> byName(
      Map<String, Object> models, List<String> faults) {
    var values = new TreeMap<String, Map<String, String>>();
    var unknown = new LinkedHashMap<String, String>();
    new TreeMap<>(models)
        .forEach(
            (key, value) -> {
              Matcher known = KEY.matcher(key);
              if (known.matches()) {
                if (value != null && !value.toString().isBlank()) {
                  values
                      .computeIfAbsent(known.group(1), name -> new LinkedHashMap<>())
                      .put(known.group(2), value.toString().strip());
                }
              } else {
                unknown.putIfAbsent(flat(key), key);
              }
            });
    models.keySet().stream()
        .filter(KEY.asMatchPredicate())
        .map(ModelSettings::flat)
        .forEach(unknown::remove);
    unknown.forEach(
        (flat, key) ->
            faults.add(
                "%s is no setting of a model. There are, for each NAME: %s"
                    .formatted(
                        shown(key),
                        SetupReader.FIELDS.stream()
                            .map(field -> ROOT + "NAME." + field)
                            .collect(Collectors.joining(", ")))));
    return values;
  }

  private static String flat(String key) {
    return key.replace('.', '-');
  }

  private static String shown(String key) {
    return SetupReader.shown(ROOT + key);
  }
}
