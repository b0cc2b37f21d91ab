package dev.millrace.session;

import dev.millrace.session.pool.PoolKind;
import dev.millrace.session.rest.ApiVersion;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where code runs: in a session pool of Azure when an endpoint is named, else on this machine. An
 * empty value counts as none.
 *
 * @param endpoint the pool management endpoint
 * @param kind of the pool in Azure: {@code built-in} for Azure's own Python, {@code custom} for our
 *     container
 * @param apiVersion of the pool in Azure
 */
@ConfigurationProperties("millrace.sessions")
public record SessionSettings(
    @Nullable String endpoint,
    @Bindable(defaultValue = SessionSettings.KIND) String kind,
    @Bindable(defaultValue = SessionSettings.VERSION) String apiVersion,
    Local local) {
  /** Of each of stdout and stderr, in characters. */
  public static final long OUTPUT_LIMIT = 1 << 20;

  static final String KIND = "built-in";
  static final String VERSION = "2025-10-02-preview";

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public SessionSettings {
    endpoint = endpoint == null || endpoint.isBlank() ? null : endpoint.strip();
    kind = kind.isBlank() ? KIND : kind.strip().toLowerCase(Locale.ROOT);
    apiVersion = apiVersion.isBlank() ? VERSION : apiVersion.strip();
    List<String> faults = local.faults();
    if (endpoint != null && !isEndpoint(endpoint)) {
      faults.add(
          fault(
              "endpoint",
              "must be like https://REGION.dynamicsessions.io/subscriptions/… or"
                  + " https://POOL.ENVIRONMENT.REGION.azurecontainerapps.io. Copy the pool"
                  + " management endpoint of the session pool."));
    }
    if (!kind.equals("built-in") && !kind.equals("custom")) {
      faults.add(
          fault(
              "kind",
              "must be built-in, for a pool of Azure's own Python, or custom, for a pool of our"
                  + " container."));
    }
    if (version(apiVersion) == null) {
      faults.add(
          fault(
              "api-version",
              "must be like "
                  + VERSION
                  + ", from 2024-02-02-preview on. Leave it empty for that."));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** Whether a pool in Azure is named, so that code runs there. */
  public boolean chosen() {
    return endpoint != null;
  }

  /** Where that pool is. */
  public URI address() {
    if (endpoint == null) {
      throw new IllegalStateException("no pool in Azure is named");
    }
    return URI.create(endpoint);
  }

  public PoolKind poolKind() {
    return kind.equals("custom") ? PoolKind.CUSTOM : PoolKind.BUILT_IN;
  }

  public ApiVersion version() {
    return new ApiVersion(apiVersion);
  }

  /**
   * The pool on this machine.
   *
   * @param python the interpreter that has the executor; empty for the one that was prepared beside
   *     the program
   * @param memory of each session, in MiB
   * @param disk for the files of each session, in MiB
   * @param maximum how many sessions there may be
   * @param coolDown after which a session that nobody uses is ended
   * @param unsandboxed whether code may run here where this machine offers nothing to confine it
   */
  @ConfigurationProperties("local")
  public record Local(
      @Nullable String python,
      @Bindable(defaultValue = "2048") int memory,
      @Bindable(defaultValue = "1024") int disk,
      @Bindable(defaultValue = "50") int maximum,
      @Bindable(defaultValue = "5m") Duration coolDown,
      @Bindable(defaultValue = "false") boolean unsandboxed) {
    private static final int LARGEST = 1 << 20;

    public Local {
      python = python == null || python.isBlank() ? null : python.strip();
    }

    private List<String> faults() {
      var faults = new ArrayList<String>();
      if (python != null && python.startsWith("~")) {
        faults.add(
            fault(
                "local.python",
                "begins with ~, which nothing replaces here. Write the path from / on."));
      }
      if (memory < 256 || memory > LARGEST) {
        faults.add(fault("local.memory", "must be 256 to 1048576 (MiB), not " + memory + "."));
      }
      if (disk < 1 || disk > LARGEST) {
        faults.add(fault("local.disk", "must be 1 to 1048576 (MiB), not " + disk + "."));
      }
      if (maximum < 1 || maximum > 10_000) {
        faults.add(fault("local.maximum", "must be 1 to 10000, not " + maximum + "."));
      }
      if (coolDown.compareTo(Duration.ofSeconds(1)) < 0
          || coolDown.compareTo(Duration.ofDays(30)) > 0) {
        faults.add(
            fault("local.cool-down", "must be from 1s to 30d, as in 5m, not " + coolDown + "."));
      }
      return faults;
    }
  }

  private static boolean isEndpoint(String text) {
    try {
      var url = new URI(text);
      boolean loopback =
          List.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(url.getHost()));
      return url.getHost() != null
          && ("https".equalsIgnoreCase(url.getScheme())
              || ("http".equalsIgnoreCase(url.getScheme()) && loopback))
          && url.getRawUserInfo() == null
          && url.getRawQuery() == null
          && url.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static @Nullable ApiVersion version(String text) {
    try {
      var version = new ApiVersion(text);
      return version.published() ? version : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String fault(String key, String sentence) {
    String full = "millrace.sessions." + key;
    return "%s (%s) %s"
        .formatted(
            full, full.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), sentence);
  }
}
