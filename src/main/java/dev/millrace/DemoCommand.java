package dev.millrace;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.servicebus.Entities;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "Shows what there is so far.",
      "It prepares Python, and tries the storage and the bus. It needs no account, and ends with"
          + " exit code 3, because it cannot run a job yet."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int NOT_BUILT_YET = 3;

  private final Path dotEnv;

  @Spec private CommandSpec spec;

  DemoCommand(Path dotEnv) {
    this.dotEnv = dotEnv;
  }

  @Override
  public Integer call() throws IOException {
    var out = spec.commandLine().getOut();
    try (var assembly = Assembly.start(dotEnv)) {
      assembly
          .places()
          .forEach(
              place -> out.printf("%s | %s | %s%n", place.part(), place.kind(), place.where()));
      out.println();
      roundTrip(assembly.get(Storage.class));
      reach(assembly);
    }
    out.println(
        """
        The storage works: a log was created, appended to, read back and deleted.
        The bus works: the queues and the topic are there, and can be used.

        Not built yet:
          models     talking to a language model
          http       sending jobs and fetching results over HTTP

        The demo needs all of these to run a job, so it ends here.""");
    return NOT_BUILT_YET;
  }

  private static void reach(Assembly assembly) {
    var faults =
        assembly
            .get(Entities.class)
            .faults(assembly.get(Queues.class), assembly.get(BusSettings.class).topic());
    if (!faults.isEmpty()) {
      throw new Misconfigured(faults, null);
    }
  }

  /** What the append is answered decides nothing: an answer may be lost, what is read back not. */
  private static void roundTrip(Storage storage) throws IOException {
    String log = Layout.demo(UUID.randomUUID().toString());
    byte[] entry = "the demo was here\n".getBytes(StandardCharsets.UTF_8);
    storage.create(log);
    try {
      storage.append(log, 0, entry);
      try (var back = storage.open(log, 0, 1000).orElseGet(InputStream::nullInputStream)) {
        if (!Arrays.equals(back.readAllBytes(), entry)) {
          throw new IllegalStateException(
              "the storage did not give back what was appended to " + log);
        }
      }
    } finally {
      storage.delete(log);
    }
  }
}
