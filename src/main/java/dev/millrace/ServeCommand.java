package dev.millrace;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final Duration TO_START = Duration.ofSeconds(10);

  private final Path dotEnv;

  @Spec private CommandSpec spec;

  ServeCommand(Path dotEnv) {
    this.dotEnv = dotEnv;
  }

  @Override
  public Integer call() throws InterruptedException {
    var started = new CompletableFuture<Mill>();
    var hook = new Thread(() -> stop(started), "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try (var mill = Mill.start(Assembly.start(dotEnv))) {
      started.complete(mill);
      introduce(mill);
      mill.awaitEnd();
    } finally {
      started.cancel(false);
      forget(hook);
    }
    return ExitCode.OK;
  }

  /** A signal is no failure, so the exit code is not that of one, however early it comes. */
  private static void stop(CompletableFuture<Mill> started) {
    try {
      started.get(TO_START.toMillis(), TimeUnit.MILLISECONDS).close();
    } catch (ExecutionException | CancellationException | TimeoutException e) {
      // It is not up, so nothing runs that could be let go.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
