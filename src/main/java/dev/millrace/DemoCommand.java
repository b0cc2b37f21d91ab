package dev.millrace;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = "Runs a job on this machine, from the message to the result. Needs no account.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int NOT_BUILT_YET = 3;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine()
        .getOut()
        .println(
            """
            Built:
              job       what a job asks for and how it ends
              storage   logs and blobs that outlive every process, on disk
              executor  the Python that sessions will run in, checked above

            Not built yet:
              bus       the queue that jobs come from and the topic that results go to
              session   running Python in isolation
              model     talking to a language model

            The demo needs all of these, so it ends here.""");
    return NOT_BUILT_YET;
  }
}
