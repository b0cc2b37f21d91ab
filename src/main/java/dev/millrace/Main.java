package dev.millrace;

import dev.millrace.cli.RunCommand;
import java.nio.file.Path;
import java.util.Objects;
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
    System.exit(commandLine(Path.of(".env")).execute(args));
  }

  static CommandLine commandLine(Path dotEnv) {
    return new CommandLine(new Main())
        .addSubcommand(new BusCommand())
        .addSubcommand(new DemoCommand())
        .addSubcommand(new DoctorCommand(dotEnv))
        .addSubcommand(
            new RunCommand(
                new LocalHost(dotEnv), System.in, Boolean.getBoolean("millrace.terminal")))
        .addSubcommand(new ServeCommand(dotEnv))
        .addSubcommand(new SessionsCommand(dotEnv))
        .addSubcommand(new WarmCommand())
        .setParameterExceptionHandler(Main::notUnderstood)
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
