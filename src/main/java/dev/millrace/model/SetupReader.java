package dev.millrace.model;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the settings of one model, and finds all that is wrong with them. */
final class SetupReader {
  static final List<String> FIELDS =
      List.of(
          "kind",
          "endpoint",
          "deployment",
          "model",
          "key",
          "api-version",
          "window",
          "sees",
          "temperature",
          "concurrent",
          "timeout",
          "stall",
          "patience",
          "insecure",
          "command");

  static final String API_VERSION = "2024-10-21";

  private static final Set<String> OF_ALL =
      Set.of("kind", "concurrent", "timeout", "patience", "window");
  private static final Set<String> OF_HTTP =
      Set.of("endpoint", "model", "key", "sees", "temperature", "stall", "insecure");
  private static final Set<String> OF_AZURE = Set.of("deployment", "api-version");
  private static final Set<String> OF_CLAUDE = Set.of("model", "command");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h)");

  private final String name;
  private final String settings;
  private final Map<String, String> values;
  private final List<String> faults = new ArrayList<>();
  private final @Nullable ModelSetup setup;

  /**
   * @param settings where they are, as in {@code millrace.models.NAME}
   */
  SetupReader(String name, String settings, Map<String, String> values) {
    this.name = name;
    this.settings = settings;
    this.values = values;
    this.setup = kind().map(this::setup).orElse(null);
  }

  /** One line for each setting to mend. */
  List<String> faults() {
    return faults;
  }

  ModelSetup read() {
    if (setup == null) {
      throw new IllegalStateException(String.join("\n", faults));
    }
    return setup;
  }

  private Optional<ModelKind> kind() {
    Optional<ModelKind> kind =
        Stream.of(ModelKind.values())
            .filter(each -> each.shown().equals(value("kind").toLowerCase(Locale.ROOT)))
            .findFirst();
    if (kind.isEmpty()) {
      fault(
          "kind",
          "must be one of "
              + Stream.of(ModelKind.values())
                  .map(ModelKind::shown)
                  .collect(Collectors.joining(", "))
              + ".");
    }
    return kind;
  }

  private ModelSetup setup(ModelKind kind) {
    checkUse(kind);
    return new ModelSetup(
        name,
        settings,
        kind,
        kind.overHttp() ? endpoint(kind) : null,
        model(kind),
        values.get("key"),
        values.getOrDefault("api-version", API_VERSION),
        number("window", 1, 1_000_000_000, Long.MAX_VALUE),
        flag("sees"),
        temperature(),
        (int) number("concurrent", 1, 10_000, 8),
        duration("timeout", Duration.ofMinutes(5)),
        duration("stall", Duration.ofSeconds(60)),
        duration("patience", Duration.ofMinutes(2)),
        values.getOrDefault("command", "claude"));
  }

  private void checkUse(ModelKind kind) {
    for (String field : values.keySet()) {
      boolean used =
          OF_ALL.contains(field)
              || (kind.overHttp() && OF_HTTP.contains(field))
              || (kind == ModelKind.AZURE && OF_AZURE.contains(field))
              || (kind == ModelKind.CLAUDE && OF_CLAUDE.contains(field));
      if (!used) {
        fault(
            field,
            "means nothing for a model of the kind %s. Leave it out.".formatted(kind.shown()));
      }
    }
  }

  private @Nullable String model(ModelKind kind) {
    String model = value("model");
    String deployment = value("deployment");
    if (kind == ModelKind.AZURE) {
      if (!model.isEmpty() && !deployment.isEmpty() && !model.equals(deployment)) {
        fault(
            "deployment",
            "and %s differ. Keep the deployment.".formatted(shown(settings + ".model")));
      }
      model = deployment.isEmpty() ? model : deployment;
    }
    if (model.isEmpty() && kind.overHttp()) {
      fault(
          kind == ModelKind.AZURE ? "deployment" : "model",
          kind == ModelKind.AZURE
              ? "is missing. Name the deployment in that Azure OpenAI."
              : "is missing. Name the model as its server does, as in %s."
                  .formatted(kind == ModelKind.OLLAMA ? "llama3.1" : "gpt-4o"));
    }
    return model.isEmpty() ? null : model;
  }

  private @Nullable URI endpoint(ModelKind kind) {
    var endpoint = new Endpoint(kind, value("endpoint"));
    endpoint.faults().forEach(sentence -> fault("endpoint", sentence));
    if (endpoint.clear() && !flag("insecure")) {
      fault(
          "endpoint",
          "goes over a network in clear text. Use https, or set %s to true if that network is trusted."
              .formatted(shown(settings + ".insecure")));
    }
    return endpoint.url();
  }

  private @Nullable Double temperature() {
    String text = value("temperature");
    if (text.isEmpty()) {
      return null;
    }
    if (!text.matches("[01](\\.\\d{1,4})?|2(\\.0{1,4})?")) {
      fault("temperature", "must be from 0 to 2, as in 0.7, not %s.".formatted(text));
      return null;
    }
    return Double.valueOf(text);
  }

  private boolean flag(String field) {
    String text = value(field).toLowerCase(Locale.ROOT);
    if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
      fault(field, "must be true or false, not %s.".formatted(text));
    }
    return text.equals("true");
  }

  private long number(String field, long least, long most, long otherwise) {
    String text = value(field);
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.matches("\\d{1,10}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
      fault(field, "must be %d to %d, not %s.".formatted(least, most, text));
      return otherwise;
    }
    return Long.parseLong(text);
  }

  private Duration duration(String field, Duration otherwise) {
    String text = value(field);
    if (text.isEmpty()) {
      return otherwise;
    }
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
      fault(field, "must be a time, as in 30s or 5m, not %s.".formatted(text));
      return otherwise;
    }
    long amount = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private String value(String field) {
    return values.getOrDefault(field, "");
  }

  private void fault(String field, String sentence) {
    String line = shown(settings + "." + field) + " " + sentence;
    if (!faults.contains(line)) {
      faults.add(line);
    }
  }

  /** The key, and the environment variable that sets it. */
  static String shown(String key) {
    return "%s (%s)"
        .formatted(key, key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
  }
}
