package dev.millrace;

import dev.millrace.model.ModelSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A place for one run that leaves nothing behind and needs nothing from anybody. */
record Scratch(Path folder) implements AutoCloseable {
  private static final List<String> ELSEWHERE =
      List.of(
          "millrace.bus.namespace",
          "millrace.bus.connection-string",
          "millrace.storage.blob.endpoint",
          "millrace.storage.blob.connection-string",
          "millrace.secret",
          "millrace.sessions.endpoint");

  static Scratch make() {
    try {
      return new Scratch(Files.createTempDirectory("millrace"));
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder can be made: " + e.getMessage(), e);
    }
  }

  /** Everything here, whatever this machine is configured for. */
  Assembly start() {
    var given = new HashMap<String, Object>(LocalHost.FREE_PORTS);
    given.put("millrace.storage.directory", folder.resolve("data").toString());
    given.put("millrace.queues", "jobs");
    given.put("millrace.bus.topic", "results");
    given.put("millrace.model", ModelSettings.BUILT_IN);
    for (String elsewhere : ELSEWHERE) {
      given.put(elsewhere, "");
    }
    return Assembly.start(folder.resolve(".env"), Map.copyOf(given));
  }

  @Override
  public void close() {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      // The system empties its folder for temporary files.
    }
  }
}
