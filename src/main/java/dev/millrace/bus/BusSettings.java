package dev.millrace.bus;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where messages travel: in a Service Bus namespace when anything says which, else in one that runs
 * in this process. An empty value counts as none.
 *
 * @param namespace by name; an identity signs in to it
 * @param connectionString in its place, with a key
 * @param topic where every result goes
 * @param lock how long the queues lock a message
 * @param drain how long running jobs may take to reach their next step when the worker stops
 * @param port where the namespace in this process listens; 0 for any that is free
 */
@ConfigurationProperties("millrace.bus")
public record BusSettings(
    @Nullable String namespace,
    @Nullable String connectionString,
    @Bindable(defaultValue = BusSettings.TOPIC) String topic,
    @Bindable(defaultValue = "30s") Duration lock,
    @Bindable(defaultValue = "25s") Duration drain,
    @Bindable(defaultValue = "5672") int port,
    Limits limits) {
  static final String TOPIC = "results";

  private static final Pattern HOST =
      Pattern.compile("[a-z0-9](-?[a-z0-9])*(\\.[a-z0-9](-?[a-z0-9])*)+", Pattern.CASE_INSENSITIVE);
  private static final Pattern ENDPOINT = part("Endpoint=sb://[^;\\s]+");
  private static final Pattern KEY = part("SharedAccessKeyName=[^;\\s]+");
  private static final Pattern SECRET = part("SharedAccessKey=[^;\\s]+");
  private static final Pattern SIGNATURE = part("SharedAccessSignature=[^;\\s]+");
  private static final Pattern ENTITY_PATH = part("EntityPath=[^;\\s]+");
  private static final int LAST_PORT = 65_535;
  private static final Duration SHORTEST_LOCK = Duration.ofSeconds(1);
  private static final Duration LONGEST_LOCK = Duration.ofMinutes(5);

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public BusSettings {
    namespace = namespace == null || namespace.isBlank() ? null : namespace.strip();
    connectionString =
        connectionString == null || connectionString.isBlank() ? null : connectionString.strip();
    topic = topic.isBlank() ? TOPIC : topic.strip();
    List<String> faults = limits.faults();
    if (namespace != null && connectionString != null) {
      faults.add(
          fault(
              "namespace",
              "and %s are both set. Keep one of them.".formatted(shown("connection-string"))));
    }
    if (namespace != null && !HOST.matcher(namespace).matches()) {
      faults.add(
          fault(
              "namespace",
              "must be like NAME.servicebus.windows.net, without anything before or behind it. Copy"
                  + " the host name of the namespace."));
    }
    if (connectionString != null && !connects(connectionString)) {
      faults.add(
          fault(
              "connection-string",
              "must name an endpoint and hold a key or a signature. Copy a whole connection string"
                  + " of the namespace, under its shared access policies."));
    } else if (connectionString != null && ENTITY_PATH.matcher(connectionString).find()) {
      faults.add(
          fault(
              "connection-string",
              "is that of one queue or topic (EntityPath). Copy one of the whole namespace."));
    }
    if (!Queues.NAME.matcher(topic).matches()) {
      faults.add(fault("topic", "must be the name of a topic or queue. " + Queues.HOW_TO_NAME));
    }
    if (lock.compareTo(SHORTEST_LOCK) < 0 || lock.compareTo(LONGEST_LOCK) > 0) {
      faults.add(
          fault(
              "lock",
              "must be from 1 s to 5 min, not %s. Write the lock duration of the queues, or less."
                  .formatted(lock)));
    }
    if (drain.isNegative() || drain.compareTo(Duration.ofHours(1)) > 0) {
      faults.add(
          fault(
              "drain",
              "must be from 0 s to 1 h, not %s. Write a little less than the host waits before it kills."
                  .formatted(drain)));
    }
    if (port < 0 || port > LAST_PORT) {
      faults.add(fault("port", "must be from 0 to %d, not %d.".formatted(LAST_PORT, port)));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** Whether a namespace is named, so that messages travel there. */
  public boolean chosen() {
    return namespace != null || connectionString != null;
  }

  /** The host of the namespace; empty when none is named. */
  public String host() {
    if (connectionString == null) {
      return namespace == null ? "" : namespace;
    }
    var endpoint = ENDPOINT.matcher(connectionString);
    return endpoint.find()
        ? endpoint.group().replaceFirst("(?i)^;?\\s*Endpoint=sb://", "").replaceFirst("/.*", "")
        : "";
  }

  /** Never the connection string: it holds a key. */
  @Override
  public String toString() {
    return "BusSettings[" + host() + "]";
  }

  private static boolean connects(String text) {
    return ENDPOINT.matcher(text).find()
        && ((KEY.matcher(text).find() && SECRET.matcher(text).find())
            || SIGNATURE.matcher(text).find());
  }

  private static Pattern part(String what) {
    return Pattern.compile("(?:^|;)\\s*" + what, Pattern.CASE_INSENSITIVE);
  }

  /**
   * How many jobs of each kind this process works on at a time. It takes as many messages as all of
   * them together; one over its kind's limit waits.
   */
  @ConfigurationProperties("limits")
  public record Limits(
      @Bindable(defaultValue = "16") int jobs,
      @Bindable(defaultValue = "16") int conversations,
      @Bindable(defaultValue = "4") int batches) {
    private static final int MOST = 10_000;

    /** What holds where nothing is set. */
    public static final Limits USUAL = new Limits(16, 16, 4);

    /** How many of a kind. */
    public int of(Delivery.Kind kind) {
      return switch (kind) {
        case JOB -> jobs;
        case CONVERSATION -> conversations;
        case BATCH -> batches;
      };
    }

    /** How many of all kinds. */
    public int all() {
      return jobs + conversations + batches;
    }

    private List<String> faults() {
      var faults = new ArrayList<String>();
      check("limits.jobs", jobs, faults);
      check("limits.conversations", conversations, faults);
      check("limits.batches", batches, faults);
      return faults;
    }

    private static void check(String key, int limit, List<String> faults) {
      if (limit < 1 || limit > MOST) {
        faults.add(fault(key, "must be from 1 to %d, not %d.".formatted(MOST, limit)));
      }
    }
  }

  private static String fault(String key, String sentence) {
    return shown(key) + " " + sentence;
  }

  /** The key, and the environment variable that sets it. */
  private static String shown(String key) {
    String full = "millrace.bus." + key;
    return "%s (%s)"
        .formatted(full, full.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
  }
}
