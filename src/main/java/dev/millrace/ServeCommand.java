package dev.millrace;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "serve",
    description = {
      "Takes jobs from the queue and over HTTP, and works on them until Ctrl-C.",
      "With nothing configured everything runs on this machine: the bus, the storage, the sessions"
          + " and the model. A Ctrl-C or SIGTERM lets each job come to its next step first."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped by a signal",
      "1:a part broke down for good",
      "2:the command line or the configuration has to be mended first"
    })
final class ServeCommand implements Callable<Integer> {
  private final Path dotEnv;

  @Spec private CommandSpec spec;

  ServeCommand(Path dotEnv) {
    this.dotEnv = dotEnv;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (var mill = Mill.start(Assembly.start(dotEnv))) {
      var hook = new Thread(() -> stop(mill), "stop");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        introduce(mill);
        mill.awaitEnd();
      } finally {
        forget(hook);
      }
    }
    return ExitCode.OK;
  }

  /** A signal is no failure, so the exit code is not that of one. */
  private static void stop(Mill mill) {
    mill.close();
    Runtime.getRuntime().halt(ExitCode.OK);
  }

  private void introduce(Mill mill) {
    PrintWriter out = spec.commandLine().getOut();
    new StartTable(mill).print(out);
    out.println();
    out.println("Stop it with Ctrl-C.");
    out.flush();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }
}
