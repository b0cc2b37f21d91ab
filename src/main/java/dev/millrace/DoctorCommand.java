package dev.millrace;

import dev.millrace.bus.BusSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.servicebus.Entities;
import dev.millrace.job.Message;
import dev.millrace.job.Owner;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.Models;
import dev.millrace.session.SessionPool;
import dev.millrace.session.local.LocalSessionPool;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import dev.millrace.storage.StorageSettings;
import dev.millrace.storage.disk.DiskStorage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = {
      "Tries each part, and says what is used, what is wrong and how to mend it.",
      "It may be asked while a server runs: what is the server's own is then tried in a folder"
          + " beside it."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all is well", "1:something has to be mended"})
final class DoctorCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path dotEnv;
  private boolean well = true;

  @Option(
      names = "--ask",
      description = "Asks the model something short as well, which may cost a little.")
  private boolean ask;

  @Spec private CommandSpec spec;

  DoctorCommand(Path dotEnv) {
    this.dotEnv = dotEnv;
  }

  @Override
  public Integer call() {
    look("java", () -> Runtime.version() + ", " + System.getProperty("java.home"));
    Optional<DiskStorage.Owner> running = running();
    try (var scratch = Scratch.make()) {
      // What belongs to a running server is left alone.
      Map<String, Object> given =
          running.isEmpty()
              ? LocalHost.FREE_PORTS
              : Map.of(
                  "millrace.http.port", 0,
                  "millrace.bus.port", 0,
                  "millrace.storage.directory", scratch.folder().toString());
      try (var assembly = Assembly.start(dotEnv, given)) {
        parts(assembly, running, scratch);
      }
    } catch (Misconfigured e) {
      wrong("settings", e);
    }
    out().println(well ? "\nAll is well." : "\nMend what is wrong, and ask again.");
    out().flush();
    return well ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private Optional<DiskStorage.Owner> running() {
    try (var assembly = Assembly.start(dotEnv)) {
      return assembly.get(StorageSettings.Blob.class).chosen()
          ? Optional.empty()
          : DiskStorage.owner(assembly.get(StorageSettings.class).path());
    } catch (Misconfigured e) {
      return Optional.empty(); // said below
    }
  }

  private void parts(Assembly assembly, Optional<DiskStorage.Owner> running, Scratch scratch) {
    running.ifPresent(
        owner ->
            look(
                "server",
                () ->
                    "process %d has the data directory and serves %s"
                        .formatted(owner.pid(), owner.url().orElse("nothing yet"))));
    look("storage", () -> beside(scratch, storage(assembly)));
    look("bus", () -> beside(scratch, bus(assembly)));
    look("sessions", () -> sessions(assembly));
    look("model", () -> place(assembly, "model") + (ask ? answered(assembly) : ", not asked"));
  }

  /** A folder of the doctor's own is nowhere that a person would look. */
  private static String beside(Scratch scratch, String place) {
    return place.contains(scratch.folder().toString())
        ? place.substring(0, place.indexOf(',')) + ", the server's; tried in another folder"
        : place;
  }

  private static String answered(Assembly assembly) {
    var models = assembly.get(Models.class);
    var prompt = Prompt.of(List.of(Message.user("Answer with one word: are you there?")));
    return switch (models.find(models.usual()).orElseThrow().reply(prompt)) {
      case Reply.Answer answer -> ", answers";
      case Reply.Refused(String why) -> throw new IllegalStateException("it refuses: " + why);
      case Reply.TooLong(String why) -> throw new IllegalStateException("it refuses: " + why);
    };
  }

  private static String storage(Assembly assembly) throws IOException {
    roundTrip(assembly.get(Storage.class));
    return place(assembly, "storage");
  }

  private static String bus(Assembly assembly) {
    var faults =
        assembly
            .get(Entities.class)
            .faults(assembly.get(Queues.class), assembly.get(BusSettings.class).topic());
    if (!faults.isEmpty()) {
      throw new Misconfigured(faults, null);
    }
    return place(assembly, "bus");
  }

  private static String sessions(Assembly assembly) {
    String sandbox =
        assembly
            .find(LocalSessionPool.class)
            .map(pool -> ", code is confined by " + pool.door().sandbox())
            .orElse("");
    var holder =
        new SessionPool.Holder(new Owner("default", "doctor"), "doctor", UUID.randomUUID() + "");
    var session = assembly.get(SessionPool.class).session(holder);
    try {
      ToolOutcome outcome =
          session.run(UUID.randomUUID().toString(), "print(6 * 7)", LIMIT).outcome();
      if (!outcome.stdout().strip().equals("42")) {
        throw new IllegalStateException("Python does not count: " + outcome);
      }
    } finally {
      session.release();
    }
    return place(assembly, "sessions") + sandbox;
  }

  private static String place(Assembly assembly, String part) {
    return assembly.places().stream()
        .filter(place -> place.part().equals(part))
        .map(place -> place.kind() + ", " + place.where())
        .collect(Collectors.joining("; "));
  }

  /** What the append is answered decides nothing: an answer may be lost, what is read back not. */
  private static void roundTrip(Storage storage) throws IOException {
    String log = Layout.demo(UUID.randomUUID().toString());
    byte[] entry = "the doctor was here\n".getBytes(StandardCharsets.UTF_8);
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

  /** Tries a part; what it answers is where that is. */
  private void look(String part, Callable<String> check) {
    try {
      out().printf("ok     %-9s %s%n", part, check.call());
    } catch (Misconfigured | Unavailable | IllegalStateException | IOException e) {
      wrong(part, e);
    } catch (Exception e) { // one part that fails in a new way hides no other
      wrong(part, new IllegalStateException("a fault of ours: " + e, e));
    }
    out().flush();
  }

  private void wrong(String part, Exception why) {
    well = false;
    List<String> lines = String.valueOf(why.getMessage()).lines().toList();
    out().printf("WRONG  %-9s %s%n", part, lines.getFirst());
    lines.stream().skip(1).forEach(line -> out().println("                 " + line.strip()));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
