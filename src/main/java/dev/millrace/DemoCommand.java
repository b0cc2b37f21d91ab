package dev.millrace;

import dev.millrace.cli.Plain;
import dev.millrace.cli.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "Sends three jobs through everything, and shows what comes back.",
      "It needs no account and no configuration, uses ports that are free and a folder of its own,"
          + " and leaves nothing behind."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final String SUM = "{\"message\": \"What is 17 * 23 + 4?\"}";
  private static final String FOLLOW_UP =
      """
      {"message": "```python\\nprint(data.groupby('region')['revenue'].sum().to_string())\\n```",
       "sessionId": "demo"}
      """;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (var scratch = Scratch.make();
        var mill = Mill.start(scratch.start())) {
      new StartTable(mill).print(out());
      try (var customer = new Customer(mill.connectionString().orElseThrow())) {
        boolean sum = job(customer, "Arithmetic", "sum", SUM);
        boolean profile = job(customer, "A table and a plot", "profile", profile());
        boolean followUp =
            job(customer, "A follow-up that knows the table", "follow-up", FOLLOW_UP);
        boolean all = sum && profile && followUp;
        out().println(all ? NEXT : "Not all of that went well: try ./millrace doctor");
        out().flush();
        return all ? ExitCode.OK : ExitCode.SOFTWARE;
      }
    }
  }

  private static final String NEXT =
      """

      Each job went through the queue, a worker, Python in a sandbox, the storage and the topic.

      Where to go next:
        ./millrace run "Profile this file" --file your.csv
        ./millrace serve     and send messages to the queue jobs with any SDK of Azure Service Bus
        ./millrace doctor    what is used, what is wrong, and how to mend it
        .env.sample          to configure a model, or to move a part to Azure\
      """;

  private static String profile() {
    return """
    {"message": "Profile sales.csv", "sessionId": "demo",
     "files": [{"name": "sales.csv", "base64": "%s"}]}
    """
        .formatted(table());
  }

  private static String table() {
    try (InputStream table =
        Objects.requireNonNull(DemoCommand.class.getResourceAsStream("sales.csv"))) {
      return Base64.getEncoder().encodeToString(table.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean job(Customer customer, String what, String id, String request) {
    out().printf("%n%s%n  -> queue jobs      %s%n", what, id);
    out().flush();
    long began = System.nanoTime();
    customer.send(id, request);
    var received = customer.next();
    double seconds = (System.nanoTime() - began) / 1e9;
    Tree job = received.job();
    out()
        .printf(
            "  <- topic results   %s after %.2f s, job %s%n",
            Plain.line(received.subject()), seconds, Plain.line(job.text("id")));
    Plain.text(job.text("response")).lines().forEach(line -> out().println("     " + line));
    for (Tree file : job.list("artifacts")) {
      out()
          .printf(
              "     + %s, %s, %d bytes%n",
              Plain.line(file.text("name")),
              Plain.line(file.text("mediaType")),
              file.number("size"));
    }
    out().flush();
    return job.text("status").equals("succeeded");
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
