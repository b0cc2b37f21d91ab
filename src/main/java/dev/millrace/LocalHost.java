package dev.millrace;

import dev.millrace.cli.Host;
import dev.millrace.storage.StorageSettings;
import dev.millrace.storage.disk.DiskStorage;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds the server of the configured data directory, or starts one on ports that are free. */
final class LocalHost implements Host {
  static final Map<String, Object> FREE_PORTS =
      Map.of("millrace.http.port", 0, "millrace.bus.port", 0);

  private final Path dotEnv;

  LocalHost(Path dotEnv) {
    this.dotEnv = dotEnv;
  }

  @Override
  public Optional<URI> owner() {
    try (var assembly = Assembly.start(dotEnv)) {
      return assembly.get(StorageSettings.Blob.class).chosen()
          ? Optional.empty()
          : DiskStorage.owner(assembly.get(StorageSettings.class).path())
              .flatMap(DiskStorage.Owner::url)
              .map(URI::create);
    }
  }

  @Override
  public Server start() {
    var mill = Mill.start(Assembly.start(dotEnv, FREE_PORTS));
    try {
      mill.awaitSessions();
    } catch (RuntimeException e) {
      mill.close();
      throw e;
    }
    return new Server() {
      @Override
      public URI address() {
        return mill.address();
      }

      @Override
      public void close() {
        mill.close();
      }
    };
  }
}
