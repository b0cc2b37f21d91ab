package dev.millrace;

import io.micronaut.context.env.MapPropertySource;
import io.micronaut.context.env.PropertySource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The environment variables by which earlier systems knew some settings. They mean the same as the
 * variables of today, and count where those are not set.
 *
 * @param settings what they say
 * @param faults one sentence for each setting of which two names say different things
 */
record OldVariables(PropertySource settings, List<String> faults) {
  private static final String BASE_URL = "AzureSession__BaseUrl";
  private static final String POOL = "AzureSession__SessionPoolResourceId";

  /** Another name of a setting. */
  private record Old(String variable, String setting) {}

  private static final List<Old> NAMES =
      List.of(
          new Old("AZURE_CONTAINER_APPS_SESSION_POOL_ENDPOINT", "millrace.sessions.endpoint"),
          new Old("POOL_MANAGEMENT_ENDPOINT", "millrace.sessions.endpoint"),
          new Old(BASE_URL, "millrace.sessions.endpoint"),
          new Old("API_HOST", "millrace.http.host"),
          new Old("API_PORT", "millrace.http.port"),
          new Old("REQUIRE_AUTH", "millrace.security.mode"),
          new Old("JWT_ALGORITHM", "millrace.security.jwt.algorithms"),
          new Old("JWT_AUDIENCE", "millrace.security.jwt.audience"),
          new Old("JWT_ISSUER", "millrace.security.jwt.issuer"));

  /**
   * @param variables finds a variable's value; empty where it has none
   */
  static OldVariables of(UnaryOperator<String> variables) {
    var settings = new LinkedHashMap<String, Object>();
    var faults = new ArrayList<String>();
    NAMES.stream()
        .map(Old::setting)
        .distinct()
        .forEach(
            setting -> {
              Map<String, String> said = said(setting, variables);
              if (said.values().stream().distinct().count() > 1) {
                faults.add(
                    "%s mean the same, and differ. Keep one of them."
                        .formatted(String.join(" and ", said.keySet())));
              } else if (!said.isEmpty()) {
                settings.put(setting, said.values().iterator().next());
              }
            });
    return new OldVariables(new Earlier(settings), faults);
  }

  /** By its variables, of today and of earlier times, what is said of a setting. */
  private static Map<String, String> said(String setting, UnaryOperator<String> variables) {
    var said = new LinkedHashMap<String, String>();
    Stream.concat(
            Stream.of(UnknownSettings.variable(setting)),
            NAMES.stream().filter(old -> old.setting().equals(setting)).map(Old::variable))
        .forEach(
            variable -> {
              String value = value(variable, variables);
              if (!value.isEmpty()) {
                said.put(variable, value);
              }
            });
    return said;
  }

  private static String value(String variable, UnaryOperator<String> variables) {
    String value = variables.apply(variable).strip();
    return switch (variable) {
      case "REQUIRE_AUTH" -> value.equalsIgnoreCase("true") ? "jwt" : "";
      case BASE_URL -> value.isEmpty() ? "" : pool(value, variables.apply(POOL).strip());
      default -> value;
    };
  }

  /** The address of a pool has the id of the resource in it, without its provider. */
  private static String pool(String baseUrl, String resource) {
    String base = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
    return base + resource.replace("/providers/Microsoft.App", "");
  }

  /** Weaker than the environment and {@code .env}, stronger than the defaults. */
  private static final class Earlier extends MapPropertySource {
    Earlier(Map<String, Object> settings) {
      super("variables of earlier systems", settings);
    }

    @Override
    public int getOrder() {
      return DotEnv.ORDER - 1;
    }
  }
}
