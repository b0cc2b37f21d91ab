package dev.millrace.storage;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where everything durable is kept: in Blob Storage when anything says which account, else in a
 * directory. An empty value counts as none.
 *
 * @param directory of the disk store, relative to the working directory
 */
@ConfigurationProperties("millrace.storage")
public record StorageSettings(
    @Bindable(defaultValue = StorageSettings.DIRECTORY) String directory, Blob blob) {
  static final String DIRECTORY = ".millrace";

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public StorageSettings {
    directory = directory.isBlank() ? DIRECTORY : directory.strip();
    List<String> faults = blob.faults();
    if (directory.startsWith("~")) {
      faults.add(
          fault(
              "directory",
              "begins with ~, which nothing replaces here. Write the path from / on."));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** The directory, from the root on. */
  public Path path() {
    return Path.of(directory).toAbsolutePath().normalize();
  }

  /**
   * One container. Which account it is in, the endpoint says, and then an identity signs in; or a
   * connection string says it, which holds a key.
   */
  @ConfigurationProperties("blob")
  public record Blob(
      @Nullable String endpoint,
      @Nullable String connectionString,
      @Bindable(defaultValue = Blob.CONTAINER) String container) {
    static final String CONTAINER = "millrace";
    private static final Pattern NAME = Pattern.compile("(?=.{3,63}$)[a-z0-9](?:-?[a-z0-9])*");
    private static final Pattern EMULATOR = part("UseDevelopmentStorage");
    private static final Pattern ACCOUNT = part("AccountName|BlobEndpoint");
    private static final Pattern SIGNATURE = part("SharedAccessSignature");
    private static final Pattern KEY =
        Pattern.compile("(?i)(?:^|;)\\s*AccountKey=[a-z0-9+/]+={0,2}\\s*(?:;|$)");

    public Blob {
      endpoint = endpoint == null || endpoint.isBlank() ? null : endpoint.strip();
      connectionString =
          connectionString == null || connectionString.isBlank() ? null : connectionString.strip();
      container = container.isBlank() ? CONTAINER : container.strip();
    }

    /** Whether an account is named, so that everything is kept there. */
    public boolean chosen() {
      return endpoint != null || connectionString != null;
    }

    /** Never the connection string: it holds a key. */
    @Override
    public String toString() {
      return "Blob[container=" + container + "]";
    }

    private List<String> faults() {
      var faults = new ArrayList<String>();
      if (endpoint != null && connectionString != null) {
        faults.add(
            fault(
                "blob.endpoint",
                "and %s are both set. Keep one of them."
                    .formatted(shown("blob.connection-string"))));
      }
      if (endpoint != null) {
        String wrong = wrong(endpoint);
        if (!wrong.isEmpty()) {
          faults.add(
              fault(
                  "blob.endpoint", "must be like https://ACCOUNT.blob.core.windows.net. " + wrong));
        }
      }
      if (connectionString != null && !connects(connectionString)) {
        faults.add(
            fault(
                "blob.connection-string",
                "must name an account and hold its key or a signature. Copy the whole connection"
                    + " string of the storage account."));
      }
      if (!NAME.matcher(container).matches()) {
        faults.add(
            fault(
                "blob.container",
                "must be 3 to 63 lower-case letters, digits and single hyphens, with no hyphen at"
                    + " either end. Choose another name."));
      }
      if (!chosen() && !container.equals(CONTAINER)) {
        faults.add(
            fault(
                "blob.container",
                "is set, but not the account that it is in. Set %s too, or neither to keep everything on disk."
                    .formatted(shown("blob.endpoint"))));
      }
      return faults;
    }

    /** How to mend an endpoint; empty for a good one. Does not repeat it: it may hold a secret. */
    private static String wrong(String endpoint) {
      URI url;
      try {
        url = new URI(endpoint);
      } catch (URISyntaxException e) {
        return "Copy the blob endpoint of the storage account.";
      }
      if ("http".equalsIgnoreCase(url.getScheme())) {
        return "Nobody can sign in over http: for an emulator set %s instead."
            .formatted(shown("blob.connection-string"));
      }
      if (!"https".equalsIgnoreCase(url.getScheme()) || url.getHost() == null) {
        return "Copy the blob endpoint of the storage account.";
      }
      if (url.getRawQuery() != null || url.getRawUserInfo() != null) {
        return "Leave out what signs in: a signature belongs into %s."
            .formatted(shown("blob.connection-string"));
      }
      if (!url.getPath().matches("/?") || url.getRawFragment() != null) {
        return "Leave out what follows: the container belongs into %s."
            .formatted(shown("blob.container"));
      }
      return "";
    }

    private static boolean connects(String text) {
      return EMULATOR.matcher(text).find()
          || (ACCOUNT.matcher(text).find()
              && (KEY.matcher(text).find() || SIGNATURE.matcher(text).find()));
    }

    private static Pattern part(String names) {
      return Pattern.compile("(?:^|;)\\s*(?:" + names + ")=[^;\\s]", Pattern.CASE_INSENSITIVE);
    }
  }

  private static String fault(String key, String sentence) {
    return shown(key) + " " + sentence;
  }

  /** The key, and the environment variable that sets it. */
  private static String shown(String key) {
    String full = "millrace.storage." + key;
    return "%s (%s)"
        .formatted(full, full.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
  }
}
