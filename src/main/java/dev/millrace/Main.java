package dev.millrace;

import dev.millrace.cli.RunCommand;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. What it prints goes through picocli's writers; nobody here touches the standard
 * streams. Exit codes: 0 done, 1 failed, 2 the command line or the configuration has to be mended
 * first; 4 and 5 say how a job ended.
 */
@Command(
    name = "millrace",
    description = "Runs AI data-analysis jobs from a queue.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main {

  public static void main(String[] args) {
    System.exit(commandLine(Path.of(".env"), args).execute(args));
  }

  /**
   * The command line, with the command alone that the first argument names, and with all of them
   * where it names none: to describe a command to the parser costs as much as to run a short one.
   */
  static CommandLine commandLine(Path dotEnv, String... args) {
    var all = new LinkedHashMap<String, Supplier<Object>>();
    all.put("bus", BusCommand::new);
    all.put("demo", DemoCommand::new);
    all.put("doctor", () -> new DoctorCommand(dotEnv));
    all.put(
        "run",
        () ->
            new RunCommand(
                new LocalHost(dotEnv), System.in, Boolean.getBoolean("millrace.terminal")));
    all.put("serve", () -> new ServeCommand(dotEnv));
    all.put("sessions", () -> new SessionsCommand(dotEnv));
    all.put("warm", WarmCommand::new);
    var line = new CommandLine(new Main());
    if (args.length > 0 && all.containsKey(args[0])) {
      all.keySet().retainAll(Set.of(args[0]));
    }
    all.forEach((name, command) -> line.addSubcommand(name, command.get()));
    return line.setParameterExceptionHandler(Main::notUnderstood)
        .setExecutionExceptionHandler(Main::failed);
  }

  private static int notUnderstood(ParameterException problem, String[] args) {
    var command = problem.getCommandLine();
    var err = command.getErr();
    err.println(problem.getMessage());
    UnmatchedArgumentException.printSuggestions(problem, err);
    err.println("Try: ./" + command.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  private static int failed(Exception problem, CommandLine command, ParseResult parsed) {
    if (problem instanceof Misconfigured) {
      command.getErr().println(problem.getMessage());
      return ExitCode.USAGE;
    }
    var why = Objects.requireNonNullElse(problem.getMessage(), problem.getClass().getSimpleName());
    command.getErr().println(command.getCommandName() + " failed: " + why);
    return ExitCode.SOFTWARE;
  }

  /** The version stands in the manifest of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      var version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"millrace " + Objects.requireNonNullElse(version, "not from a jar")};
    }
  }
}
